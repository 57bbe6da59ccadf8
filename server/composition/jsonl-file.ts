import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Writes lines to a new file that its owner alone may read, and has them on the disk before it answers. An existing file
 * is left as it is: throws.
 *
 * @returns how many lines there are
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
  } finally {
    await handle.close();
  }
  return count;
}

/**
 * The lines of a file, each ended by a line feed. What comes after the last one is given too, so that a file that was cut
 * off is seen to be. (`readline` would also end lines at U+2028, which JSON leaves in its texts.)
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
