/**
 * Splits a text that arrives in chunks of UTF-8 into lines. Only a line feed ends a line: readers that also split at
 * U+2028 or a carriage return would cut inside an event's text. A last line without its line feed counts.
 *
 * @throws TypeError if the bytes are not UTF-8.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  // A byte order mark is a change like any other.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
