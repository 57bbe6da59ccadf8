import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, lstatSync, openSync, type Stats } from 'node:fs';
import { UsageError } from '../connection/service.ts';

/**
 * Opens a file for seeds or passwords, empty, that its owner alone can read: also one that is there already, whose mode an
 * `open` leaves as it is. Folders are shared, and whoever can guess its name could have made it first, open to themselves,
 * or a link to some other file in its place.
 *
 * @returns the descriptor
 * @throws Misuse where something else is there
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

/** The same question before there is anything to write, so that it is not asked when it is too late. */
export function checkPrivateFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found) refuseForeign(path, found);
}

/** A device, such as `/dev/null`, keeps nothing. */
function refuseForeign(path: string, found: Stats): void {
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (found.isCharacterDevice() || (found.isFile() && isOwn)) return;
  throw new UsageError(`${path} is there already, and is not a file of yours: name another one`);
}
