import { ABSENT, type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { keyOf } from './changes.ts';

/**
 * Writers whose every change touches every kind of data, so that a torn or repeated change is visible: document n of a
 * writer contains n, the index holds exactly `n`, and the writer's events are 1 to n.
 */
export interface Progress {
  /** Writer -> the highest number whose commit returned `committed`. */
  readonly acknowledged: ReadonlyMap<string, number>;
}

const INDEX = 'workload';

const writerKey = (writer: string) => keyOf<{ n: number }>(writer, 'progress');

/** One step of a writer: reads, decides, commits. Returns the committed number; throws StoreUnavailable. */
export async function writeNext(store: Store, writer: string): Promise<number> {
  const key = writerKey(writer);
  const now = Date.now();
  const [found] = await store.getMany([key], now);
  const n = (found?.value.n ?? 0) + 1;
  const change = {
    anchor: writer,
    operation: `${writer} ${n}`,
    now,
    expect: [{ key, version: found?.version ?? ABSENT }],
    put: [{ key, value: { n } }],
    index: [
      {
        index: INDEX,
        add: { sort: writer, id: String(n) },
        ...(n > 1 ? { remove: { sort: writer, id: String(n - 1) } } : {}),
      },
    ],
    append: [{ writer, n }],
  };
  const outcome = await store.commit(change);
  if (outcome === 'conflict') throw new Error(`${writer} is alone and met a conflict at ${n}`);
  return n;
}

/** Like {@link writeNext}, but undefined if the store is unavailable: then the step may or may not have happened. */
export async function tryWriteNext(store: Store, writer: string): Promise<number | undefined> {
  try {
    return await writeNext(store, writer);
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

/** The state of every writer. Reads events after its cursors, which it moves. */
export class Auditor {
  readonly #cursors: number[];
  readonly #counted = new Map<string, number>();

  constructor(partitions: number) {
    this.#cursors = new Array<number>(partitions).fill(0);
  }

  /**
   * Faults of the store's content: a lost acknowledged write, a partial or repeated change, a gap in the events.
   * @returns sentences; empty if there is no fault
   */
  async faults(store: Store, { acknowledged }: Progress): Promise<string[]> {
    const faults = await this.#countEvents(store);
    const entries = new Map<string, string[]>();
    for (const { sort, id } of await store.range(INDEX, { limit: 1_000 })) {
      entries.set(sort, [...(entries.get(sort) ?? []), id]);
    }
    const writers = [...new Set([...acknowledged.keys(), ...this.#counted.keys(), ...entries.keys()])];
    const found = await store.getMany(writers.map(writerKey), Date.now());
    for (const [at, writer] of writers.entries()) {
      const n = found[at]?.value.n ?? 0;
      const known = acknowledged.get(writer) ?? 0;
      if (n < known) faults.push(`${writer}: ${known} was acknowledged, but the store says ${n}`);
      if (this.#counted.get(writer) !== n)
        faults.push(`${writer}: at ${n}, but its events go to ${this.#counted.get(writer)}`);
      const ids = entries.get(writer) ?? [];
      if (ids.join() !== String(n)) faults.push(`${writer}: at ${n}, but the index holds ${ids.join()}`);
    }
    return faults;
  }

  async #countEvents(store: Store): Promise<string[]> {
    const faults: string[] = [];
    for (const [partition, cursor] of this.#cursors.entries()) {
      for (let after = cursor; ; ) {
        const events = await store.readEvents(partition, after, 1_000);
        for (const { sequence, event } of events) {
          if (sequence !== after + 1) faults.push(`partition ${partition}: event ${sequence} follows ${after}`);
          after = sequence;
          const { writer, n } = event as { writer: string; n: number };
          if (n !== (this.#counted.get(writer) ?? 0) + 1)
            faults.push(`${writer}: event ${n} follows ${this.#counted.get(writer)}`);
          this.#counted.set(writer, n);
        }
        this.#cursors[partition] = after;
        if (events.length === 0) break;
      }
    }
    return faults;
  }
}
