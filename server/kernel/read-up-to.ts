/**
 * Reads a body whole, or ends the transfer as soon as it is longer.
 *
 * @returns the bytes; `undefined` if there are more than `maxBytes`
 */
export async function readUpTo(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    // Leaving the loop ends the transfer.
    if (length > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
