import type { Ports } from '../../kernel/ports/ports.ts';
import type { IndexedEntry, RestoredDocument } from '../../kernel/ports/store.ts';

/** Records that one write takes: more cost memory and save little. */
const BATCH_SIZE = 1000;
/** Writes at a time: the store flushes some while the next are prepared. */
const MAX_WRITES = 32;

interface Batch {
  readonly documents: RestoredDocument[];
  readonly entries: IndexedEntry[];
}

/** Collects records for each partition, and writes many at once to a store that is not in use yet. */
export class BatchWriter {
  readonly #store: Pick<Ports['store'], 'restoreRecords' | 'partitionOf'>;
  readonly #now: number;
  readonly #batches = new Map<number, Batch>();
  readonly #writes = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(store: Pick<Ports['store'], 'restoreRecords' | 'partitionOf'>, now: number) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws the error of an earlier write */
  async document(document: RestoredDocument): Promise<void> {
    const partition = this.#store.partitionOf(document.key.anchor);
    const batch = this.#batchOf(partition);
    batch.documents.push(document);
    await this.#writeIfFull(partition, batch);
  }

  async entry(partition: number, entry: IndexedEntry): Promise<void> {
    const batch = this.#batchOf(partition);
    batch.entries.push(entry);
    await this.#writeIfFull(partition, batch);
  }

  /** Writes what is left. Everything is durable when it resolves. */
  async flush(): Promise<void> {
    for (const [partition, batch] of this.#batches) await this.#write(partition, batch);
    await Promise.all(this.#writes);
    this.#assertNoFailure();
  }

  #batchOf(partition: number): Batch {
    const batch = this.#batches.get(partition) ?? { documents: [], entries: [] };
    this.#batches.set(partition, batch);
    return batch;
  }

  async #writeIfFull(partition: number, batch: Batch): Promise<void> {
    if (batch.documents.length + batch.entries.length >= BATCH_SIZE) await this.#write(partition, batch);
  }

  async #write(partition: number, batch: Batch): Promise<void> {
    this.#batches.delete(partition);
    while (this.#writes.size >= MAX_WRITES) await Promise.race(this.#writes);
    this.#assertNoFailure();
    const write: Promise<void> = this.#store
      .restoreRecords(partition, batch, this.#now)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  #assertNoFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
