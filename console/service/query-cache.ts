import { type Deadline, deadlineIn } from '@countersign/ui/deadline';
import type { Answer, Client, Refused } from './client.ts';

/** The cached state of a request. */
export interface Read<Body = unknown> {
  /** The latest successful response. */
  body?: Body;
  /** The version of the object. */
  version?: string;
  /** Why the latest request failed. */
  problem?: Refused | { kind: 'lost' };
  /** Whether a request is pending. */
  isLoading: boolean;
  /** When the request is repeated, after the service was busy. */
  again?: Deadline;
}

/**
 * Caches responses while the user is signed in: a page shows the cached response at once and refreshes it. Does not
 * use the DOM.
 */
export interface QueryCache {
  /** The cached state; sends no request. */
  now<Body>(path: string): Read<Body>;
  /**
   * Requests the path if the cache is empty or old, and reports every change; returns a function that stops watching.
   */
  watch(path: string, listener: () => void): () => void;
  /** Repeats the request at once. */
  again(path: string): void;
  /** Stores the response to a change. */
  put(path: string, body: unknown, version: string | undefined): void;
  /** Call after a change below these paths: refreshes what is on the screen and drops the rest. */
  changed(...prefixes: string[]): void;
  /** Call when the connection is back: repeats requests that were lost. */
  online(): void;
  /** Call at sign-out. */
  clear(): void;
}

interface Entry {
  read: Read;
  requestedAt: number;
  listeners: Set<() => void>;
  abort: AbortController | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Younger responses are not refreshed, so that going back and forth sends no request. */
const FRESH_MS = 3_000;
/** After a longer wait the user decides whether to retry. */
const MAX_WAIT_MS = 30_000;
const MAX_ENTRIES = 200;

export function createQueryCache(client: Pick<Client, 'get'>, now: () => number = () => performance.now()): QueryCache {
  const entries = new Map<string, Entry>();

  const entryOf = (path: string): Entry => {
    const existing = entries.get(path);
    if (existing) return existing;
    const created: Entry = {
      read: { isLoading: false },
      requestedAt: -Infinity,
      listeners: new Set(),
      abort: undefined,
      timer: undefined,
    };
    entries.set(path, created);
    prune();
    return created;
  };

  /** Drop the oldest entries without watchers first. */
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

  const request = async (path: string, entry: Entry) => {
    stop(entry);
    const abort = new AbortController();
    entry.abort = abort;
    entry.requestedAt = now();
    const { again: _, ...before } = entry.read;
    put(entry, { ...before, isLoading: true });
    const answer = await client.get(path, undefined, abort.signal);
    if (abort.signal.aborted) return;
    entry.abort = undefined;
    put(entry, readOf(entry.read, answer));
    const waitMs = answer.kind === 'refused' ? answer.retryAfterMs : undefined;
    if (waitMs === undefined || waitMs > MAX_WAIT_MS || entry.listeners.size === 0) return;
    put(entry, { ...entry.read, again: deadlineIn(waitMs) });
    entry.timer = setTimeout(() => request(path, entry), waitMs);
  };

  return {
    now: <Body>(path: string) => (entries.get(path)?.read ?? { isLoading: false }) as Read<Body>,
    watch(path, listener) {
      const entry = entryOf(path);
      entry.listeners.add(listener);
      if (!entry.abort && now() - entry.requestedAt > FRESH_MS) request(path, entry);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0) return;
        // The page is gone, so nothing would show the response.
        if (entry.abort) {
          entry.requestedAt = -Infinity;
          entry.read = { ...entry.read, isLoading: false };
        }
        stop(entry);
      };
    },
    again(path) {
      request(path, entryOf(path));
    },
    put(path, body, version) {
      const entry = entryOf(path);
      stop(entry);
      entry.requestedAt = now();
      put(entry, { body, ...(version !== undefined && { version }), isLoading: false });
    },
    changed(...prefixes) {
      for (const [path, entry] of entries) {
        if (!prefixes.some((prefix) => isBelow(path, prefix))) continue;
        if (entry.listeners.size > 0) request(path, entry);
        else {
          stop(entry);
          entries.delete(path);
        }
      }
    },
    online() {
      for (const [path, entry] of entries) {
        if (entry.read.problem?.kind === 'lost' && entry.listeners.size > 0) request(path, entry);
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
  // Drop what is gone or forbidden. Keep what could not be refreshed.
  const isKept = answer.kind === 'lost' || answer.retryAfterMs !== undefined || answer.code === 'UNAVAILABLE';
  return { ...(isKept && before), problem: answer, isLoading: false };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`);
}
