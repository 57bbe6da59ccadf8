import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, lstatSync, openSync, type Stats } from 'node:fs';
import { UsageError } from '../connection/service.ts';

/**
 * Opens an empty file for seeds or passwords that only its owner can read. An existing file gets that mode too, which
 * `open` does not change. In a shared folder another user could guess the name and create the file first, readable by
 * them or as a link.
 *
 * @returns the descriptor
 * @throws UsageError if the path is not a file of this user
 */
export function openPrivateFile(path: string): number {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let opened: number;
  try {
    opened = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be written${error instanceof Error && 'code' in error ? `: ${error.code}` : ''}`,
    );
  }
  try {
    const found = fstatSync(opened);
    refuseForeign(path, found);
    if (found.isFile()) {
      fchmodSync(opened, 0o600);
      ftruncateSync(opened);
    }
    return opened;
  } catch (error) {
    closeSync(opened);
    throw error;
  }
}

/** The same check before there is anything to write. */
export function checkPrivateFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found) refuseForeign(path, found);
}

/** A device such as `/dev/null` stores nothing. */
function refuseForeign(path: string, found: Stats): void {
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (found.isCharacterDevice() || (found.isFile() && isOwn)) return;
  throw new UsageError(`${path} exists, and is not a file that you own: choose another name`);
}
