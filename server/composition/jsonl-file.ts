import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';

/**
 * Writes lines to a new file that only its owner may read, and flushes it before it returns. A failure leaves no
 * file. Throws if the file exists.
 *
 * @returns the number of lines
 */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<number> {
  const handle = await open(path, 'wx', 0o600);
  let count = 0;
  try {
    let chunk = '';
    for await (const line of lines) {
      count += 1;
      chunk += `${line}\n`;
      if (chunk.length < 65_536) continue;
      await handle.writeFile(chunk);
      chunk = '';
    }
    await handle.writeFile(chunk);
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return count;
}

/**
 * The lines of a file, each ended by a line feed. Text after the last one is returned too, so that a cut-off file is
 * detected. (`readline` would also split at U+2028, which JSON allows in its strings.)
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 262_144 })) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
