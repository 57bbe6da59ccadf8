import { BROKEN_OFF } from '@countersign/protocol/backup-text';

const PIECE_LENGTH = 65_536;

/**
 * The lines of a backup as text, in pieces that cost little to send. If they break off, the last line says why: the
 * response has begun, and its status says nothing.
 *
 * @param explain the problem to send
 */
export async function* backupText(
  lines: AsyncIterable<string>,
  explain: (error: unknown) => object,
): AsyncGenerator<string> {
  let piece = '';
  try {
    for await (const line of lines) {
      piece += `${line}\n`;
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  } catch (error) {
    piece += `${BROKEN_OFF}${JSON.stringify(explain(error))}\n`;
  }
  if (piece !== '') yield piece;
}
