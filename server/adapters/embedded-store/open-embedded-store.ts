import { mkdirSync } from 'node:fs';
import type { RootDatabase } from 'lmdb';
import {
  type Change,
  type CommitOutcome,
  type DocumentKey,
  type DocumentOf,
  type IndexEntry,
  type Json,
  type RangeOptions,
  type ScanPage,
  type Store,
  type Stored,
  type StoredEvent,
  StoreUnavailable,
} from '../../ports/store.ts';
import { assertRestorable, prepareChange } from '../store-encoding/prepare-change.ts';
import { applyChanges } from './apply-changes.ts';
import { CommitGroups } from './commit-groups.ts';
import { lockFolder } from './folder-lock.ts';
import { readRange } from './read-range.ts';
import { scanTables } from './scan-tables.ts';
import {
  CHECK_KEY,
  decodeHeader,
  decodeJson,
  documentKey,
  encodeState,
  FORMAT_KEY,
  numbered,
  openTables,
  readState,
  STATE_KEY,
  type Tables,
} from './tables.ts';
import { WindowCounters } from './window-counters.ts';

export interface EmbeddedStoreOptions {
  /** Folder of the data, made when missing. One server process at a time. */
  readonly path: string;
  /** Events kept in the stream, at half a kilobyte each. Default 250,000. */
  readonly eventCap?: number;
}

const FORMAT = 1;
const DEFAULT_EVENT_CAP = 250_000;

/**
 * The store inside the server process, on LMDB: for installations of one server.
 * @throws FolderInUse when another live process serves the folder
 */
export async function openEmbeddedStore({ path, eventCap = DEFAULT_EVENT_CAP }: EmbeddedStoreOptions): Promise<Store> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(path);
  try {
    const { root, tables } = openTables(path);
    const store = new EmbeddedStore(root, tables, eventCap, unlock);
    await store.claimFormat();
    return store;
  } catch (error) {
    unlock();
    throw error;
  }
}

/** @internal Exported for tests that make its tables fail. */
export class EmbeddedStore implements Store {
  readonly partitions = 1;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #tables: Tables;
  readonly #commits: CommitGroups;
  readonly #release: () => void;
  readonly #counters = new WindowCounters();
  #open = true;

  constructor(root: RootDatabase<Buffer, Buffer>, tables: Tables, eventCap: number, release: () => void) {
    this.#root = root;
    this.#tables = tables;
    this.#commits = new CommitGroups(
      (action) => this.#transact(action),
      (changes) => applyChanges(tables, changes, eventCap),
    );
    this.#release = release;
  }

  async claimFormat(): Promise<void> {
    const { meta } = this.#tables;
    const found = meta.getBinary(FORMAT_KEY)?.readUIntBE(0, 6);
    if (found === undefined) await this.#transact(() => void meta.put(FORMAT_KEY, numbered(FORMAT)));
    else if (found !== FORMAT) {
      await this.#root.close();
      throw new Error(`The data folder has layout ${found}; this version reads ${FORMAT}`);
    }
  }

  async getMany<const K extends readonly DocumentKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    const found = this.#read(() =>
      keys.map((key) => {
        const bytes = this.#tables.documents.getBinary(documentKey(key));
        if (!bytes) return undefined;
        const { version, expiresAt } = decodeHeader(bytes);
        return expiresAt <= now ? undefined : { value: JSON.parse(decodeJson(bytes)) as unknown, version };
      }),
    );
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const prepared = prepareChange(change);
    this.#assertOpen();
    return this.#commits.commit(prepared);
  }

  async increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): Promise<{ count: number; allowed: boolean; resetAt: number }> {
    this.#assertOpen();
    return this.#counters.increment(key, windowMs, limit, now);
  }

  async range(index: string, options: RangeOptions): Promise<IndexEntry[]> {
    return this.#read(() => readRange(this.#tables.index, index, options));
  }

  async readEvents(partition: number, after: number, limit: number): Promise<StoredEvent[]> {
    if (partition !== 0) throw new RangeError(`No partition ${partition}`);
    return this.#read(() =>
      [...this.#tables.events.getRange({ start: numbered(after + 1), limit })].map(({ key, value }) => ({
        sequence: key.readUIntBE(0, 6),
        event: JSON.parse(value.toString('utf8')) as Json,
      })),
    );
  }

  partitionOf(): number {
    return 0;
  }

  async restoreEvents(partition: number, events: readonly StoredEvent[], last: number): Promise<void> {
    if (partition !== 0) throw new RangeError(`No partition ${partition}`);
    const { commits, events: given } = this.#read(() => readState(this.#tables));
    assertRestorable(events, given, last);
    await this.#transact(() => {
      for (const { sequence, event } of events) {
        this.#tables.events.put(numbered(sequence), Buffer.from(JSON.stringify(event)));
      }
      this.#tables.meta.put(STATE_KEY, encodeState({ commits, events: last }));
    });
  }

  async scan(after: string | undefined, limit: number): Promise<ScanPage> {
    return this.#read(() => scanTables(this.#tables, after, limit));
  }

  async check(): Promise<void> {
    await this.#transact(() => void this.#tables.meta.put(CHECK_KEY, numbered(Date.now())));
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      await this.#root.close();
    } finally {
      this.#release();
    }
  }

  #read<T>(read: () => T): T {
    this.#assertOpen();
    try {
      return read();
    } catch (error) {
      throw isCallersBug(error) ? error : new StoreUnavailable('The embedded store cannot be read', { cause: error });
    }
  }

  /** One child transaction: a throw inside takes back what it put, and only that. Resolves when flushed (tables.ts). */
  async #transact<T>(action: () => T): Promise<T> {
    this.#assertOpen();
    try {
      return await this.#root.childTransaction(action);
    } catch (error) {
      throw new StoreUnavailable('The embedded store cannot be written', { cause: await reasonOf(error) });
    }
  }

  #assertOpen(): void {
    if (!this.#open) throw new StoreUnavailable('The embedded store is closed');
  }
}

function isCallersBug(error: unknown): boolean {
  return error instanceof RangeError || error instanceof TypeError;
}

/** The library puts the cause of a failed commit into a promise that must be awaited, lest it be unhandled. */
async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  return Promise.resolve(error.commitError).then(
    () => error,
    (reason: unknown) => reason,
  );
}
