import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { constants, link, lstat, open, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { CodedError } from '@countersign/protocol/coded-error';
import { UsageError } from '../connection/service.ts';

/** A file could not be written to its end. */
export class OutputFailed extends CodedError {
  readonly code = 'OUTPUT_FAILED';
}

const MISTAKES: Readonly<Record<string, string>> = {
  EEXIST: 'this file exists already, and was not changed',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you have no permission to write there',
  EPERM: 'you have no permission to write there',
  EROFS: 'the file system is read-only',
};
const FAILURES: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left',
  EDQUOT: 'your quota is used up',
  EPIPE: 'the program that reads it has ended',
};
/** File systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Writes a new file that only its owner may read. It gets its name when it is complete and on the disk; a failure or a
 * signal until then leaves nothing. An existing file is never replaced.
 *
 * @param write ends the stream
 * @throws UsageError, OutputFailed
 */
export async function writeNewFile(path: string, write: (to: Writable) => Promise<void>): Promise<void> {
  if (await exists(path)) throw new UsageError(`${path}: ${MISTAKES.EEXIST}`);
  await writeDraft(path, write, giveName);
}

/** The same, in place of the file of that name. A failure or a signal leaves that one. */
export async function replaceFile(path: string, write: (to: Writable) => Promise<void>): Promise<void> {
  await writeDraft(path, write, rename);
}

async function writeDraft(
  path: string,
  write: (to: Writable) => Promise<void>,
  nameDraft: (draft: string, path: string) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const handle = await open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600).catch((error: unknown) => {
    throw describeFailure(path, error);
  });
  const discard = (signal: NodeJS.Signals) => {
    rmSync(draft, { force: true });
    stopListening();
    process.kill(process.pid, signal);
  };
  const stopListening = () => {
    for (const signal of SIGNALS) process.off(signal, discard);
  };
  for (const signal of SIGNALS) process.on(signal, discard);
  const stream = handle.createWriteStream({ flush: true });
  try {
    await write(stream);
    await nameDraft(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw describeFailure(path, error);
  } finally {
    stream.destroy();
    await rm(draft, { force: true });
    stopListening();
  }
}

/** A link fails if there is a file by now, where a rename would replace it. */
async function giveName(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
    if (await exists(path)) throw new UsageError(`${path}: ${MISTAKES.EEXIST}`);
    await rename(draft, path);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** True if both name the same file, which need not be there: also by symbolic links, or another path to its folder. */
export async function isSamePlace(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([placeOf(one), placeOf(other)]);
  return first !== undefined && first === second;
}

async function placeOf(path: string): Promise<string | undefined> {
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return placeOf(resolve(dirname(path), target));
  const folder = await stat(dirname(path), { bigint: true }).catch(() => undefined);
  return folder && `${folder.dev} ${folder.ino} ${basename(path)}`;
}

/** Errors of the system in words; others are about the content. */
export function describeFailure(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const mistake = MISTAKES[code];
  if (mistake) return new UsageError(`${path}: ${mistake}`);
  return new OutputFailed(`${path} could not be written: ${FAILURES[code] ?? code}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return isOfSystem(error) ? error.code : undefined;
}

/** True for a failed call to the system, such as a write to a full disk. */
export function isOfSystem(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
