import { randomBytes } from 'node:crypto';
import {
  CLOSED_LEASE_MS,
  MOVE_LEASE_MS,
  MoveInterrupted,
  type MoveSource,
  type StoreChanges,
  type StoreMove,
} from '../../kernel/ports/movable-store.ts';
import { type PartitionState, type RecordName, StoreClosed } from '../../kernel/ports/store.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { decodeKey } from '../codec/key-codec.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';
import { readMove, writeMove } from './claim-layout.ts';
import { peek, readState, type Tables } from './tables.ts';
import type { WindowCounters } from './window-counters.ts';

const PAGE = 1000;
const ENDED = 'the move took too long, and the store is in use: run it again';
const SOURCE_KEY = Buffer.from('move-source');

interface EmbeddedMoveParts {
  /** Those of the open file. */
  readonly tables: () => Tables;
  readonly transact: <T>(action: () => T) => Promise<T>;
  readonly counters: WindowCounters;
  /** Commits that were accepted and are not settled. */
  readonly inFlight: () => number;
  /** Milliseconds. */
  readonly monotonic: () => number;
}

/**
 * The move of an embedded store. Its one process commits, notes what commits change, and copies; so all of this is in
 * memory, and a process that ends has forgotten the move. Only the end of the store is written to its file.
 */
export class EmbeddedMove implements MoveSource {
  #sourceId = '';
  readonly #parts: EmbeddedMoveParts;
  readonly #changed = new Map<string, RecordName>();
  /** Set while the store is closed. */
  #move: StoreMove | undefined;
  #calledAt: number;
  #isOver = false;
  /** From the moment in which the file may say that the store was moved. */
  #isFinishing = false;
  #isFinished = false;

  constructor(parts: EmbeddedMoveParts) {
    this.#parts = parts;
    this.#calledAt = parts.monotonic();
    parts.counters.noteRaised(true);
  }

  get sourceId(): string {
    return this.#sourceId;
  }

  /** From its construction on no other move can start. */
  async begin(): Promise<void> {
    const proposed = randomBytes(12).toString('base64url');
    try {
      this.#sourceId = await this.#parts.transact(() => {
        const { meta } = this.#parts.tables();
        const known = peek(meta, SOURCE_KEY)?.toString();
        if (known === undefined) meta.put(SOURCE_KEY, Buffer.from(proposed));
        return known ?? proposed;
      });
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  get isActive(): boolean {
    if (this.#isFinishing) return true;
    const lease = this.#move ? CLOSED_LEASE_MS : MOVE_LEASE_MS;
    if (!this.#isOver && this.#parts.monotonic() - this.#calledAt >= lease) this.#stop();
    return !this.#isOver;
  }

  /** @throws StoreClosed */
  assertTakesCommits(): void {
    if (this.#move && this.isActive) throw new StoreClosed(this.#move, this.#isFinished);
  }

  /** After it was flushed: earlier, a reader would find the state before it. */
  note(change: PreparedChange): void {
    if (!this.isActive) return;
    for (const key of [...change.put.map((put) => put.key), ...change.delete]) {
      this.#changed.set(`d ${JSON.stringify([key.anchor, key.name])}`, { kind: 'document', key });
    }
    for (const { index, entry: bytes } of change.index) {
      const { first: sort, second: id } = decodeKey(bytes);
      const name = `i ${JSON.stringify([index, sort, id])}`;
      this.#changed.set(name, { kind: 'index', index, entry: { sort, id }, partition: 0 });
    }
  }

  async readChanges(): Promise<StoreChanges> {
    this.#call();
    const records: RecordName[] = [];
    for (const [text, name] of this.#changed) {
      if (records.length === PAGE) break;
      records.push(name);
      this.#changed.delete(text);
    }
    return { records, counters: this.#parts.counters.takeRaised(), isLast: this.#changed.size === 0 };
  }

  async close(move: StoreMove): Promise<readonly PartitionState[]> {
    this.#call();
    this.#move = move;
    // No further one is accepted.
    while (this.#parts.inFlight() > 0) await yieldToEventLoop();
    const state = await this.#parts.transact(() => readState(this.#parts.tables()));
    this.#call();
    return [state];
  }

  assertHeld(): void {
    if (!this.isActive) throw new MoveInterrupted(ENDED);
  }

  async renew(): Promise<void> {
    this.#call();
  }

  async finish(): Promise<void> {
    if (this.#isFinished) return;
    this.#call();
    const move = this.#move;
    if (!move) throw new Error('the store is not closed');
    if (this.#changed.size > 0) throw new MoveInterrupted('a change was not read: run the command again');
    this.#isFinishing = true;
    await this.#parts.transact(() => writeMove(this.#parts.tables(), move));
    this.#isFinished = true;
  }

  async end(): Promise<void> {
    if (this.#isFinished) return;
    if (this.#isFinishing) {
      // The end was not confirmed. If the file cannot be asked either, the store stays closed until the next start.
      const isMoved = await this.#parts.transact(() => readMove(this.#parts.tables()) !== undefined).catch(() => true);
      if (isMoved) return;
      this.#isFinishing = false;
    }
    this.#stop();
  }

  #stop(): void {
    // Another move may note what is raised by now.
    if (this.#isOver) return;
    this.#isOver = true;
    this.#changed.clear();
    this.#parts.counters.noteRaised(false);
  }

  #call(): void {
    this.assertHeld();
    this.#calledAt = this.#parts.monotonic();
  }
}
