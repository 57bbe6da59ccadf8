import { type Deadline, deadlineIn } from '@countersign/ui/deadline';
import type { Answer, Client, Refused } from './client.ts';

/** What is known of something that was asked for. */
export interface Read<Body = unknown> {
  /** The last good answer, while there is none that is newer. */
  body?: Body;
  /** Its version, of an object. */
  version?: string;
  /** Why there is no newer one. */
  problem?: Refused | { kind: 'lost' };
  /** Set while it is being asked for. */
  isLoading: boolean;
  /** When it is asked again by itself: the service was busy. */
  again?: Deadline;
}

/**
 * The answers that the pages show, kept for as long as somebody is signed in: what was seen a moment ago is there at once
 * and asked again behind it. Knows no DOM.
 */
export interface QueryCache {
  /** What is known now; nothing is asked. */
  now<Body>(path: string): Read<Body>;
  /** Asks if what is known is missing or old, and tells of every change; answers how to stop. */
  watch(path: string, listener: () => void): () => void;
  /** Asks again at once. */
  again(path: string): void;
  /** What a change answered, in place of what was known. */
  put(path: string, body: unknown, version: string | undefined): void;
  /** Something below these paths has changed: what is on the screen is asked again, everything else is forgotten. */
  changed(...prefixes: string[]): void;
  /** There is a connection again: asks again what was lost. */
  online(): void;
  /** Whoever was here has gone. */
  clear(): void;
}

interface Entry {
  read: Read;
  askedAt: number;
  listeners: Set<() => void>;
  abort: AbortController | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Younger answers are good enough to go back and forth with. */
const FRESH_MS = 3_000;
/** Longer waits are for the person to decide. */
const MAX_WAIT_MS = 30_000;
const MAX_ENTRIES = 200;

export function createQueryCache(client: Pick<Client, 'get'>, now: () => number = () => performance.now()): QueryCache {
  const entries = new Map<string, Entry>();

  const entryOf = (path: string): Entry => {
    const known = entries.get(path);
    if (known) return known;
    const made: Entry = {
      read: { isLoading: false },
      askedAt: -Infinity,
      listeners: new Set(),
      abort: undefined,
      timer: undefined,
    };
    entries.set(path, made);
    prune();
    return made;
  };

  /** The oldest that nobody looks at go first. */
  const prune = () => {
    for (const [path, { listeners }] of entries) {
      if (entries.size <= MAX_ENTRIES) return;
      if (listeners.size === 0) entries.delete(path);
    }
  };

  const put = (entry: Entry, read: Read) => {
    entry.read = read;
    for (const listener of [...entry.listeners]) listener();
  };

  const stop = (entry: Entry) => {
    entry.abort?.abort();
    entry.abort = undefined;
    clearTimeout(entry.timer);
  };

  const ask = async (path: string, entry: Entry) => {
    stop(entry);
    const abort = new AbortController();
    entry.abort = abort;
    entry.askedAt = now();
    const { again: _, ...before } = entry.read;
    put(entry, { ...before, isLoading: true });
    const answer = await client.get(path, undefined, abort.signal);
    if (abort.signal.aborted) return;
    entry.abort = undefined;
    put(entry, readOf(entry.read, answer));
    const waitMs = answer.kind === 'refused' ? answer.retryAfterMs : undefined;
    if (waitMs === undefined || waitMs > MAX_WAIT_MS || entry.listeners.size === 0) return;
    put(entry, { ...entry.read, again: deadlineIn(waitMs) });
    entry.timer = setTimeout(() => ask(path, entry), waitMs);
  };

  return {
    now: <Body>(path: string) => (entries.get(path)?.read ?? { isLoading: false }) as Read<Body>,
    watch(path, listener) {
      const entry = entryOf(path);
      entry.listeners.add(listener);
      if (!entry.abort && now() - entry.askedAt > FRESH_MS) ask(path, entry);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0) return;
        // Given up: what comes of it would be shown nowhere.
        if (entry.abort) {
          entry.askedAt = -Infinity;
          entry.read = { ...entry.read, isLoading: false };
        }
        stop(entry);
      };
    },
    again(path) {
      ask(path, entryOf(path));
    },
    put(path, body, version) {
      const entry = entryOf(path);
      stop(entry);
      entry.askedAt = now();
      put(entry, { body, ...(version !== undefined && { version }), isLoading: false });
    },
    changed(...prefixes) {
      for (const [path, entry] of entries) {
        if (!prefixes.some((prefix) => isBelow(path, prefix))) continue;
        if (entry.listeners.size > 0) ask(path, entry);
        else {
          stop(entry);
          entries.delete(path);
        }
      }
    },
    online() {
      for (const [path, entry] of entries) {
        if (entry.read.problem?.kind === 'lost' && entry.listeners.size > 0) ask(path, entry);
      }
    },
    clear() {
      for (const entry of entries.values()) stop(entry);
      entries.clear();
    },
  };
}

function readOf(before: Read, answer: Answer): Read {
  if (answer.kind === 'done') {
    const { body, version } = answer;
    return { body, ...(version !== undefined && { version }), isLoading: false };
  }
  // What is gone, or no longer for these eyes, is not shown any more. What merely could not be asked is.
  const isKept = answer.kind === 'lost' || answer.retryAfterMs !== undefined || answer.code === 'UNAVAILABLE';
  return { ...(isKept && before), problem: answer, isLoading: false };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`);
}
