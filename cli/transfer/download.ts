import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Service } from '../connection/service.ts';
import { openPrivateFile } from './private-file.ts';

/**
 * Downloads to a file that only its owner can read. Renames it only when it is complete, so that an interrupted
 * download is not mistaken for one.
 */
export async function downloadToFile(
  service: Service,
  path: string,
  query: Record<string, unknown>,
  file: string,
): Promise<void> {
  const draft = `${file}.part`;
  const stream = createWriteStream(draft, { fd: openPrivateFile(draft) });
  try {
    await service.download(path, query, stream);
    stream.end();
    await finished(stream);
    await rename(draft, file);
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw error;
  }
}
