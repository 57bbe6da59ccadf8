/**
 * The lines of a text that arrives in pieces of UTF-8. Only a line feed ends a line: line readers that also go by U+2028
 * or a carriage return would cut where an event's text has one. A last line without its line feed counts.
 *
 * @throws TypeError where the bytes are no UTF-8.
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
