import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';

/** A live process already uses the folder. */
export class FolderInUse extends CodedError {
  readonly code = 'FOLDER_IN_USE';
}

interface Owner {
  readonly pid: number;
  /** Distinguishes a process from a later one with the same number, if /proc is available. */
  readonly startedAt: string;
  /** Processes of another PID namespace (another container) cannot be looked up. */
  readonly namespace: string;
  readonly nonce: string;
}

const HEARTBEAT_MS = 5_000;
/** An owner that cannot be looked up counts as dead if its file has not been touched for this long. */
const SILENT_MS = 20_000;

/**
 * Locks the folder for this process: one server per folder. The lock of a dead process is taken over.
 * @returns a function that releases the lock
 * @throws FolderInUse naming the process that holds it
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'server.lock');
  const owner: Owner = {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '',
    namespace: pidNamespace(),
    nonce: randomUUID(),
  };
  const text = JSON.stringify(owner);
  for (let attempt = 1; !create(file, text); attempt++) {
    removeIfStale(file, folder);
    if (attempt === 3) throw new FolderInUse(`The data folder ${folder} is being taken by another process`);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    if (read(file) === text) rmSync(file, { force: true });
  };
}

function removeIfStale(file: string, folder: string): void {
  const found = read(file);
  if (found === undefined) return;
  const holder = parse(found);
  if (holder ? isAlive(holder, file) : !isSilent(file)) {
    throw new FolderInUse(
      `the folder ${folder} is in use by process ${holder?.pid ?? 'unknown'}. Only one process can use it: stop that one first; one that is just starting answers in a moment`,
    );
  }
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  // Another process may have taken over between the read and the rename; then the lock is its own.
  if (read(aside) !== found) {
    renameSync(aside, file);
    throw new FolderInUse(`The data folder ${folder} has just been taken by another process`);
  }
  rmSync(aside, { force: true });
}

function isAlive(holder: Owner, file: string): boolean {
  if (holder.namespace !== pidNamespace()) return !isSilent(file);
  const started = startOf(holder.pid);
  if (started !== undefined) return started === holder.startedAt;
  try {
    process.kill(holder.pid, 0);
    return pidNamespace() === '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isSilent(file: string): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs > SILENT_MS;
  } catch {
    return true;
  }
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // A full or missing disk: commits will report it.
  }
}

/** Boot and start time of a process; undefined if it does not exist or the system has no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the name in parentheses may contain anything; field 3 is the state, field 22 the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function parse(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Owner> | null;
    return typeof value?.pid === 'number' ? (value as Owner) : undefined;
  } catch {
    return undefined;
  }
}
