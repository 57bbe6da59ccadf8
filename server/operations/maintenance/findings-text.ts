const PIECE_LENGTH = 65_536;

/**
 * The findings of a check as one JSON object, in pieces, since a damaged store may have a hundred thousand of them.
 *
 * @param rest the other fields of the object, asked for at the end
 */
export async function* findingsText(findings: AsyncIterable<object>, rest: () => object): AsyncGenerator<string> {
  let piece = '{"items":[';
  let separator = '';
  for await (const finding of findings) {
    piece += separator + JSON.stringify(finding);
    separator = ',';
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}],${JSON.stringify(rest()).slice(1)}`;
}
