import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { consumerDocument } from '../../events/documents.ts';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import type { RawKey, RecordName, RestoredDocument, ScannedRecord } from '../../kernel/ports/store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { restorationDocument } from '../../store/documents.ts';
import { CATALOGUE } from '../maintenance/catalogue.ts';
import { reencryptionDocument } from '../maintenance/documents.ts';
import { processesDocument } from '../processes/documents.ts';
import { BatchWriter } from './batch-writer.ts';
import type { HeldTarget } from './held-target.ts';
import { MoveRefused } from './move-refused.ts';

type ScannedDocument = Extract<ScannedRecord, { kind: 'document' }>;

interface Stores {
  readonly from: MovableStore;
  readonly to: HeldTarget;
}

/** Writes records of one store to another as they are: with their versions, and entries in the partition of their anchor. */
export class RecordMover {
  readonly #stores: Stores;
  readonly #isSplitAlike: boolean;
  readonly #writer: BatchWriter;
  readonly counts = { documents: 0, indexEntries: 0 };

  constructor(stores: Stores, now: number) {
    this.#stores = stores;
    this.#isSplitAlike = stores.from.partitions === stores.to.partitions;
    this.#writer = new BatchWriter(stores.to, now);
  }

  /** @throws MoveRefused for an index that cannot go to other partitions */
  async write(record: ScannedRecord): Promise<void> {
    if (record.kind === 'index') this.counts.indexEntries += 1;
    else if (!isLeftOut(record)) this.counts.documents += 1;
    await this.#put(record);
  }

  /** Everything is durable when it resolves. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Gives records the state that they have in the source. */
  async update(names: readonly RecordName[]): Promise<void> {
    const found = await this.#stores.from.lookUp(names);
    for (const record of found) if (record) await this.#put(record);
    await this.flush();
    await this.#remove(names.filter((_, at) => isGone(found[at])));
  }

  /** Removes what an earlier attempt has written and the source does not have any more. */
  async prune(records: readonly ScannedRecord[]): Promise<void> {
    const names = records.map((record) => this.#nameInSource(record));
    const found = await this.#stores.from.lookUp(names);
    await this.#remove(names.filter((_, at) => isGone(found[at])));
  }

  /**
   * Those of the names whose records are not in the target as they are in the source.
   *
   * @param scanned the records of the source, if they have just been read
   */
  async findDifferent(
    names: readonly RecordName[],
    now: number,
    scanned?: readonly ScannedRecord[],
  ): Promise<RecordName[]> {
    const { from, to } = this.#stores;
    const targets = names.map((name) => (name.kind === 'index' ? { ...name, partition: this.#targetOf(name) } : name));
    const [source, target] = await Promise.all([scanned ?? from.lookUp(names), to.lookUp(targets)]);
    return names.filter((name, at) => {
      if (name.kind === 'document' && isOfMove(name.key)) return false;
      return !isSame(source[at], target[at], now);
    });
  }

  async #put(record: ScannedRecord): Promise<void> {
    if (record.kind === 'index') {
      const { index, entry } = record;
      return this.#writer.entry(this.#targetOf(record), { index, entry });
    }
    const document = movedDocument(record);
    if (document) await this.#writer.document(document);
  }

  async #remove(names: readonly RecordName[]): Promise<void> {
    const gone = new Map<number, RecordName[]>();
    for (const name of names) {
      if (name.kind === 'document' && isOfMove(name.key)) continue;
      const partition = this.#targetOf(name);
      gone.set(partition, [...(gone.get(partition) ?? []), name]);
    }
    for (const [partition, some] of gone) await this.#stores.to.removeRecords(partition, some);
  }

  #targetOf(name: RecordName): number {
    const { to } = this.#stores;
    if (name.kind === 'document') return to.partitionOf(name.key.anchor);
    const { index, entry, partition } = name;
    if (this.#isSplitAlike) return partition;
    const anchor = CATALOGUE.anchorOfEntry(index, entry);
    if (anchor === undefined) {
      throw new MoveRefused(`the index ${index} cannot be moved to a store with other partitions`);
    }
    return to.partitionOf(anchor);
  }

  #nameInSource(record: ScannedRecord): RecordName {
    if (record.kind === 'document') return { kind: 'document', key: record.key };
    const { index, entry, partition } = record;
    const anchor = this.#isSplitAlike ? undefined : CATALOGUE.anchorOfEntry(index, entry);
    return {
      kind: 'index',
      index,
      entry,
      partition: anchor === undefined ? partition : this.#stores.from.partitionOf(anchor),
    };
  }
}

export function nameOfRecord(record: ScannedRecord): RecordName {
  return record.kind === 'document' ? { kind: 'document', key: record.key } : record;
}

/** Undefined for what stays behind. */
function movedDocument(record: ScannedDocument): RestoredDocument | undefined {
  if (isLeftOut(record)) return undefined;
  const { key, version, expiresAt } = record;
  return { key, value: movedValue(record), version, ...omitUndefined({ expiresAt }) };
}

/** The processes of the source do not run on the target. */
function movedValue({ key, value }: ScannedDocument): unknown {
  return CATALOGUE.documentOf(key) === processesDocument ? { ...(value as object), processes: {} } : value;
}

function isGone(record: ScannedRecord | undefined): boolean {
  return record === undefined || isLeftOut(record);
}

export function isLeftOut(record: ScannedRecord): boolean {
  return record.kind === 'document' && (isOfMove(record.key) || isWalk(record));
}

/** The target's own mark. */
function isOfMove(key: RawKey): boolean {
  return CATALOGUE.documentOf(key) === restorationDocument;
}

/** The position of a walk over the whole store means nothing in another one: it begins again there. */
function isWalk(record: ScannedDocument): boolean {
  return (
    CATALOGUE.documentOf(record.key) === reencryptionDocument &&
    (record.value as { finishedAt?: number }).finishedAt === undefined
  );
}

/** Each store removes what has expired when it likes. */
function isSame(source: ScannedRecord | undefined, target: ScannedRecord | undefined, now: number): boolean {
  if (source && target) return formOf(source) === formOf(target);
  return formOf(source) === formOf(target) || hasExpired(source ?? target, now);
}

/** Or is about to: the clock of a Redis may be ahead by half a minute. */
function hasExpired(record: ScannedRecord | undefined, now: number): boolean {
  return record?.kind === 'document' && record.expiresAt !== undefined && record.expiresAt <= now + MINUTE_MS;
}

function formOf(record: ScannedRecord | undefined): string {
  if (!record || isLeftOut(record)) return '';
  if (record.kind === 'index') return 'entry';
  const { key, version, expiresAt } = record;
  // The positions of consumers may be others in other partitions.
  if (CATALOGUE.documentOf(key) === consumerDocument) return 'position';
  return JSON.stringify([version, expiresAt, movedValue(record)]);
}
