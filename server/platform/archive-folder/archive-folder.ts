import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  ArchiveConflict,
  ArchiveUnavailable,
  type AuditArchive,
  parseArchiveName,
} from '../../kernel/ports/audit-archive.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { withDeadline } from '../../kernel/with-deadline.ts';
import { Permits } from '../permits/permits.ts';
import { systemClock } from '../system-clock/system-clock.ts';

/** Files that are being written. One that is left there belonged to a process that was killed. */
const DRAFTS = 'drafts';
const NO_FOLLOW = constants.O_NOFOLLOW;
/**
 * Operations at once. Each holds one of libuv's four threads, also while a file server does not respond, and commits and
 * signatures need the others.
 */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 200;
/** For one operation, with its wait in the queue. */
const TIMEOUT_MS = 5000;

/**
 * An archive in a folder: a folder for each account, files that only their owner can read. A file gets its name when
 * all of it is on disk. Processes on several machines need a shared folder that knows hard links.
 */
export function createArchiveFolder(root: string): AuditArchive {
  const folderOf = (account: string) => join(root, account);
  const permits = new Permits({ concurrency: MAX_AT_ONCE, maxQueue: MAX_WAITING, expectedMs: 10 });
  /** A fault of the disk is a fault of the archive, and of nothing else. */
  const reporting = async <T>(work: () => Promise<T>): Promise<T> => {
    let fault: Error | undefined;
    const timeOut = () => {
      fault = new Error(`it did not respond in ${TIMEOUT_MS} ms`);
      return fault;
    };
    const inTurn = async () => {
      // The caller no longer waits.
      if (fault) throw fault;
      return work();
    };
    try {
      return await withDeadline(permits.run(inTurn), TIMEOUT_MS, timeOut);
    } catch (error) {
      if (error instanceof RangeError || error instanceof ArchiveConflict) throw error;
      throw new ArchiveUnavailable('the folder of the audit archive cannot be used', { cause: error });
    }
  };
  return {
    put: (name, content) =>
      reporting(async () => {
        const { folder, file } = parseArchiveName(name);
        await makeRoot(root);
        await makeFolder(join(root, DRAFTS));
        await removeOldDrafts(join(root, DRAFTS));
        await makeFolder(folderOf(folder));
        // Also if a process made them that was killed before it did this.
        await syncFolder(root);
        const draft = join(root, DRAFTS, `${file}.${randomBytes(6).toString('hex')}`);
        try {
          await writeDurably(draft, content);
          await linkDraft(draft, join(folderOf(folder), file), content);
          await syncFolder(folderOf(folder));
        } finally {
          await rm(draft, { force: true });
        }
      }),
    get: (name, maxBytes) =>
      reporting(async () => {
        const { folder, file } = parseArchiveName(name);
        if (!(await isFolder(folderOf(folder)))) return undefined;
        return readFile(join(folderOf(folder), file), maxBytes);
      }),
    remove: (name) =>
      reporting(async () => {
        const { folder, file } = parseArchiveName(name);
        if (!(await isFolder(folderOf(folder)))) return;
        await rm(join(folderOf(folder), file), { force: true });
        await syncFolder(folderOf(folder));
      }),
  };
}

async function makeRoot(root: string): Promise<void> {
  const made = await mkdir(root, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let path = root; path.length >= made.length; path = dirname(path)) await syncFolder(dirname(path));
}

async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  // Another process may make it at the same time.
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  if (!(await isFolder(path))) throw new ArchiveConflict(`a part of the audit archive is not a folder: ${path}`);
}

/** False for a link, which could lead anywhere. */
async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(undefinedIfMissing);
  return found?.isDirectory() === true;
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Unlike `rename`, `link` never replaces a file. */
async function linkDraft(draft: string, path: string, content: Uint8Array): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const present = await readFile(path, content.length);
    if (!present || Buffer.compare(present, content) !== 0) {
      throw new ArchiveConflict(`a file of the audit archive has other content: ${path}`);
    }
  }
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | NO_FOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // ELOOP: a link in place of the file.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
  try {
    const found = await handle.stat();
    return found.isFile() && found.size <= maxBytes ? await handle.readFile() : undefined;
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | NO_FOLLOW);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeOldDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(undefinedIfMissing);
    if (found && found.mtimeMs < systemClock.now() - HOUR_MS) await rm(join(folder, name), { force: true });
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
