import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';
import { StoreUnavailable } from '../../kernel/ports/store.ts';

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
/** After a pause of this length the owner looks whether it was taken for dead. */
const PAUSED_MS = SILENT_MS / 2;

/** The lock of a folder, held by this process. */
export interface FolderLock {
  /**
   * Costs two readings of a clock, unless the process was paused, for example with its virtual machine. Another one may
   * then have taken the folder over.
   *
   * @throws StoreUnavailable from then on, and while the lock cannot be read
   */
  assertHeld(): void;
  release(): void;
}

/**
 * Locks the folder for this process: one server per folder. The lock of a dead process is taken over.
 *
 * @param proc where the system shows its processes
 * @throws FolderInUse naming the process that holds it
 */
export function lockFolder(folder: string, proc = '/proc'): FolderLock {
  const file = join(folder, 'server.lock');
  const owner: Owner = {
    pid: process.pid,
    startedAt: startOf(process.pid, proc) ?? '',
    namespace: pidNamespace(proc),
    nonce: randomUUID(),
  };
  const text = JSON.stringify(owner);
  for (let attempt = 1; !create(file, text); attempt++) {
    removeIfStale(file, folder, proc);
    if (attempt === 3) throw new FolderInUse(`The data folder ${folder} is being taken by another process`);
  }
  return new HeldLock(file, text);
}

class HeldLock implements FolderLock {
  readonly #file: string;
  readonly #text: string;
  readonly #heartbeat: NodeJS.Timeout;
  #lookedAt = performance.now();
  #lookedAtWall = Date.now();
  #isLost = false;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#heartbeat = setInterval(() => {
      try {
        this.#look();
        const now = new Date();
        if (!this.#isLost) utimesSync(file, now, now);
      } catch {
        // Out of file descriptors, or a full disk. If it lasts, assertHeld refuses reads and writes, or commits fail.
      }
    }, HEARTBEAT_MS).unref();
  }

  assertHeld(): void {
    // The monotonic clock may stand still during a pause, and the wall clock may be set.
    const pausedMs = Math.max(performance.now() - this.#lookedAt, Math.abs(Date.now() - this.#lookedAtWall));
    if (pausedMs > PAUSED_MS) this.#look();
    if (this.#isLost) throw new StoreUnavailable('Another process has taken the data folder over: restart this one');
  }

  release(): void {
    clearInterval(this.#heartbeat);
    if (read(this.#file) === this.#text) rmSync(this.#file, { force: true });
  }

  #look(): void {
    this.#isLost ||= this.#read() !== this.#text;
    this.#lookedAt = performance.now();
    this.#lookedAtWall = Date.now();
  }

  #read(): string | undefined {
    try {
      return read(this.#file);
    } catch (error) {
      throw new StoreUnavailable('The lock of the data folder cannot be read', { cause: error });
    }
  }
}

function removeIfStale(file: string, folder: string, proc: string): void {
  const found = read(file);
  if (found === undefined) return;
  const holder = parse(found);
  if (holder ? isAlive(holder, file, proc) : !isSilent(file)) {
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

function isAlive(holder: Owner, file: string, proc: string): boolean {
  if (holder.namespace !== pidNamespace(proc)) return !isSilent(file);
  const started = startOf(holder.pid, proc);
  if (started === 'ended' || !exists(holder.pid)) return false;
  if (started?.includes('/') && holder.startedAt.includes('/')) return started === holder.startedAt;
  // One of the two does not see the boot: the number may be of a process from before the machine was started again.
  return (started === undefined || ticksOf(started) === ticksOf(holder.startedAt)) && !isSilent(file);
}

function ticksOf(startedAt: string): string {
  return startedAt.slice(startedAt.lastIndexOf('/') + 1);
}

/** Also true for a process of another user, which may be hidden. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
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

/**
 * Boot and start time of a process; without the boot if that is hidden, as by systemd's `ProcSubset=pid`. Undefined if
 * the process is hidden or does not exist, or the system shows none.
 */
function startOf(pid: number, proc: string): string | undefined {
  const stat = readShown(join(proc, String(pid), 'stat'));
  if (stat === undefined) return undefined;
  // proc(5): the name in parentheses may contain anything; field 3 is the state, field 22 the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return 'ended';
  const boot = readShown(join(proc, 'sys/kernel/random/boot_id'))?.trim();
  return boot === undefined ? fields[19] : `${boot}/${fields[19]}`;
}

function readShown(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function pidNamespace(proc: string): string {
  try {
    return readlinkSync(join(proc, 'self/ns/pid'));
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
