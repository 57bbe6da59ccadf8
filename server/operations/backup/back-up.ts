import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { archiveFiles, readArchiveFile, storedArchiveFiles } from '../../events/archive-files.ts';
import { readCursors } from '../../events/consumed-events.ts';
import {
  archiveFileDocument,
  archiveFileOf,
  auditChainDocument,
  CONSUMERS,
  consumerDocument,
  isArchiveIndex,
  segmentDocument,
} from '../../events/documents.ts';
import { type ArchiveFile, segmentsOfFile } from '../../events/log/archive-file.ts';
import type { AuditChain } from '../../events/log/segment.ts';
import { entriesBySecond } from '../../events/stored-segments.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { ArchiveReadPorts, Ports } from '../../kernel/ports/ports.ts';
import type { RawKey, RecordName, ScannedRecord, StoreReader } from '../../kernel/ports/store.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import type { BackupPoint } from '../maintenance/backup-point.ts';
import { CATALOGUE } from '../maintenance/catalogue.ts';
import { processesDocument } from '../processes/documents.ts';
import { createBackupMac } from './backup-mac.ts';
import { type BackupHeader, type IncrementRecord, LineSums, writeLine } from './backup-records.ts';
import { allChains, changedRecords } from './changed-records.ts';
import { PAGE } from './page.ts';
import type { RecordKey } from './record-digest.ts';

/** A record of the backup, or the key of one that did not change since an earlier backup, or is gone. */
type BackupStep =
  | { readonly record: IncrementRecord }
  | { readonly unchanged: RecordKey }
  | { readonly gone: RecordKey };

/**
 * The whole store as lines of text (SR-62): documents, index entries, events. The service can run meanwhile: each
 * document is from some moment of the walk, the positions of consumers come first, a document that counts a series is
 * read before the series, archive files after the segments that may move to them, then what expired meanwhile, and
 * events come last, so that no cursor is ahead of them. Secrets stay sealed; names, addresses and password hashes are in
 * clear text. Each line carries a MAC under the master key (SR-86).
 *
 * @throws Error for a document of a kind that could not be restored
 */
export async function* backUp(ports: ArchiveReadPorts & Pick<Ports, 'random' | 'secrets'>): AsyncGenerator<string> {
  const { mac, key } = createBackupMac(ports);
  const sums = new LineSums(key);
  let lines = 1;
  yield writeLine(sums, { ...(await headerOf(ports, 1)), mac });
  for await (const steps of walkStore(ports)) {
    for (const step of steps) {
      if (!('record' in step)) continue;
      lines += 1;
      yield writeLine(sums, step.record);
    }
  }
  yield writeLine(sums, { end: lines });
}

export async function headerOf(
  { store, clock }: ArchiveReadPorts,
  backup: BackupHeader['backup'],
): Promise<Omit<BackupHeader, 'mac'>> {
  const [registry] = await store.getMany([processesDocument.key()], clock.now());
  const { required } = registry?.value ?? {};
  return { backup, partitions: store.partitions, at: clock.now(), ...omitUndefined({ required }) };
}

/**
 * Everything behind the header of a backup. With the point of an earlier one, what it has already is named only: a
 * document with a version of that time was there during its whole walk. Comes in pages, as a wait for each record costs more
 * than reading it.
 *
 * @param isNoted the store knows what has changed since, and nothing else is read or named
 */
export async function* walkStore(
  ports: ArchiveReadPorts,
  since?: BackupPoint,
  isNoted = false,
): AsyncGenerator<readonly BackupStep[]> {
  const { store, clock } = ports;
  const chains: AuditChain[] = [];
  const positions = CONSUMERS.map(consumerDocument.key);
  for (const [at, one] of (await store.getMany(positions, clock.now())).entries()) {
    const key = positions[at];
    if (key && one) yield [{ record: { d: [key.anchor, key.name], v: one.value } }];
  }
  if (since && isNoted) yield* changesOfStore(ports, since, chains);
  else {
    for (const heads of [true, false]) {
      for await (const records of everything(store, heads ? 'documents' : undefined)) {
        yield [...stepsOf(ports, records, heads, since, chains)];
      }
    }
    for (const chain of chains) for await (const step of archived(ports, chain, since)) yield [step];
  }
  for (const chain of chains) for await (const step of beginning(ports, chain)) yield [step];
  yield* events(ports, since);
}

/**
 * In the order of the whole walk: each pass reads the notes again, so that a series is complete up to its head, and a segment
 * that has left the store is in its file.
 *
 * @param chains collects the heads of audit logs
 */
async function* changesOfStore(
  ports: ArchiveReadPorts,
  since: BackupPoint,
  chains: AuditChain[],
): AsyncGenerator<readonly BackupStep[]> {
  // Also those that did not change: what retention drops while this runs is measured by them.
  const byAccount = new Map<AccountId, AuditChain>();
  for await (const chain of allChains(ports)) byAccount.set(chain.account, chain);
  chains.push(...byAccount.values());
  yield chains.map((chain): BackupStep => {
    const { anchor, name } = auditChainDocument.key(chain.account);
    return { record: { d: [anchor, name], v: chain } };
  });
  const isKnownChain = (record: ScannedRecord) =>
    record.kind === 'document' &&
    CATALOGUE.documentOf(record.key) === auditChainDocument &&
    byAccount.has((record.value as AuditChain).account);
  for (const heads of [true, false]) {
    for await (const { records, gone } of changedRecords(ports, since)) {
      const others = records.filter((record) => !isKnownChain(record));
      yield [...stepsOf(ports, others, heads, undefined, chains), ...goneSteps(gone, heads)];
    }
  }
  for (const chain of chains) byAccount.set(chain.account, chain);
  for await (const { records } of changedRecords(ports, since)) {
    for (const record of records) {
      if (record.kind !== 'document' || CATALOGUE.documentOf(record.key) !== archiveFileDocument) continue;
      const file = record.value as ArchiveFile;
      const chain = byAccount.get(file.account);
      if (chain) for await (const step of archivedFile(ports, chain, file)) yield [step];
    }
  }
  // Retention has ended them, and removes them soon.
  for (const chain of chains) {
    for await (const file of archiveFiles(ports, chain.account, 0, 1)) {
      if (file.last >= chain.first) break;
      yield [{ gone: { a: file } }];
    }
  }
}

function* goneSteps(names: readonly RecordName[], heads: boolean): Generator<BackupStep> {
  for (const name of names) {
    if (name.kind === 'index') {
      if (!heads) yield { gone: { i: name.index, e: [name.entry.sort, name.entry.id], p: name.partition } };
      continue;
    }
    const document = CATALOGUE.documentOf(name.key);
    if ((document?.isHead === true) !== heads) continue;
    if (document === archiveFileDocument) yield { gone: { a: archiveFileOf(name.key) } };
    else yield { gone: { d: [name.key.anchor, name.key.name] } };
  }
}

/** @param chains collects the heads of audit logs */
function* stepsOf(
  ports: ArchiveReadPorts,
  records: readonly ScannedRecord[],
  heads: boolean,
  since: BackupPoint | undefined,
  chains: AuditChain[],
): Generator<BackupStep> {
  const { store, clock } = ports;
  for (const record of records) {
    if (record.kind === 'document') {
      const { key, expiresAt } = record;
      const document = CATALOGUE.documentOf(key);
      if ((document?.isHead === true) !== heads || (expiresAt ?? Number.POSITIVE_INFINITY) <= clock.now()) continue;
      if (document === consumerDocument || document === archiveFileDocument) continue;
      if (document === auditChainDocument) chains.push(record.value as AuditChain);
      if (!document) throw new Error(`no rule says how ${key.name} is to be restored`);
      const d = [key.anchor, key.name] as const;
      if (isUnchanged(ports, record, since)) yield { unchanged: { d } };
      else yield { record: { d, v: record.value, ...omitUndefined({ x: expiresAt }) } };
    } else if (!heads) {
      const { index, entry, partition } = record;
      if (isArchiveIndex(index)) continue;
      const anchor = CATALOGUE.anchorOfEntry(index, entry);
      if (anchor !== undefined && store.partitionOf(anchor) !== partition) {
        throw new Error(`the index ${index} hangs on another anchor than it should`);
      }
      yield { record: { i: index, e: [entry.sort, entry.id], p: partition } };
    }
  }
}

function isUnchanged(
  { store }: ArchiveReadPorts,
  { key, version }: { key: RawKey; version: number },
  since: BackupPoint | undefined,
): boolean {
  return since !== undefined && version <= (since.versions[store.partitionOf(key.anchor)] ?? 0);
}

/** The archive files of a chain, as it is in this backup. */
async function* archived(
  ports: ArchiveReadPorts,
  chain: AuditChain,
  since: BackupPoint | undefined,
): AsyncGenerator<BackupStep> {
  for await (const { value: file, version } of storedArchiveFiles(ports, chain.account, chain.first)) {
    const key = archiveFileDocument.key(chain.account, file.first);
    if (isUnchanged(ports, { key, version }, since)) {
      yield { unchanged: { a: file } };
    } else yield* archivedFile(ports, chain, file);
  }
}

async function* archivedFile(
  ports: ArchiveReadPorts,
  { account, number: last }: AuditChain,
  file: ArchiveFile,
): AsyncGenerator<BackupStep> {
  const read = await readArchiveFile(ports, file);
  if (file.last <= last) {
    yield { record: { a: read?.file ?? file, ...omitUndefined({ t: read?.text }) } };
    return;
  }
  // It was written meanwhile, and its last segments are later than the backup. The others return to the store.
  const segments = read ? segmentsOfFile(read.text) : [];
  for (const segment of segments.filter(({ number }) => number <= last)) {
    const { anchor, name } = segmentDocument.key(account, segment.number);
    yield { record: { d: [anchor, name], v: segment } };
    for (const { index, entry } of entriesBySecond(segment)) {
      yield { record: { i: index, e: [entry.sort, entry.id], p: ports.store.partitionOf(anchor) } };
    }
  }
}

/** All from here on was there during the whole walk. Earlier segments may be in the backup with gaps. */
async function* beginning(
  { store, clock }: ArchiveReadPorts,
  { account, first, number, hash }: AuditChain,
): AsyncGenerator<BackupStep> {
  const [stored] = await store.getMany([auditChainDocument.key(account)], clock.now());
  if (!stored || stored.value.first === first) return;
  const { first: f, firstPrevious: h } = stored.value;
  yield { record: f > number ? { b: account, f: number + 1, h: hash } : { b: account, f, h } };
}

async function* events(ports: ArchiveReadPorts, since: BackupPoint | undefined): AsyncGenerator<readonly BackupStep[]> {
  const { store } = ports;
  const states = since && (await store.readStates());
  for (let partition = 0; partition < store.partitions; partition++) {
    const from = since?.events[partition] ?? 0;
    let last = from;
    if (states) {
      // Events that an erasure has dropped must not come back from an earlier backup.
      const [oldest] = await store.readEvents(partition, 0, 1);
      const first = oldest?.sequence ?? (states[partition]?.events ?? 0) + 1;
      yield [{ record: { s: partition, first } }];
    }
    for (;;) {
      const found = await store.readEvents(partition, last, PAGE);
      yield found.map(({ sequence, event }) => ({ record: { s: partition, n: sequence, v: event } }));
      last = found.at(-1)?.sequence ?? last;
      await yieldToEventLoop();
      if (found.length < PAGE) break;
    }
    // All were consumed and dropped: their numbers must not be given out again, which the consumers would pass over.
    if (last === from) last = Math.max(from, ...(await readCursors(ports)).map((cursors) => cursors[partition] ?? 0));
    yield [{ record: { s: partition, last } }];
  }
}

async function* everything(
  store: StoreReader,
  only: 'documents' | undefined,
): AsyncGenerator<readonly ScannedRecord[]> {
  let after: string | undefined;
  do {
    const page = await store.scan(after, PAGE, only);
    yield page.records;
    // Writing a record costs more than reading it, which is all that the store counts.
    await yieldToEventLoop();
    after = page.next;
  } while (after !== undefined);
}
