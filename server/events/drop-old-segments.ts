import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { ArchivePorts } from '../kernel/ports/ports.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { archiveFiles, fileFrom, requireArchive } from './archive-files.ts';
import { clearArchived, isArchiveDown } from './archive-segments.ts';
import { archiveFileDocument, auditChainDocument, segmentDocument } from './documents.ts';
import { archiveName } from './log/archive-file.ts';
import type { AuditChain, Segment } from './log/segment.ts';
import { type EarlyRemoval, forecastRetention, type KeptEvents, type Retention } from './retention-forecast.ts';
import { removalOf, sealedAccounts } from './stored-segments.ts';

/** Events that were removed from an account's log. */
export interface DroppedEvents {
  account: AccountId;
  segments: number;
  events: number;
  /** When the last of them was sealed. */
  sealedAt: string;
}

interface DropOptions {
  stopping?: () => boolean;
  onDropped?: (dropped: DroppedEvents) => void;
  /** Learns what retention has kept of all accounts. */
  onKept?: (log: KeptLogs) => void;
}

/** What retention has kept of all accounts. */
export interface KeptLogs {
  /** When the oldest segment was sealed. Undefined: there is none. */
  oldestAt?: number;
  /** Of the account that loses events first before the retention time. Undefined: none does. */
  early?: AccountEarlyRemoval;
}

interface AccountEarlyRemoval extends EarlyRemoval {
  readonly account: AccountId;
}

/**
 * Removes expired segments. The chain then begins later and stays verifiable: the hash that the first retained segment
 * continues from is stored, and every export signs it. Returns the number of removed segments.
 *
 * @throws ArchiveUnavailable if files that are no longer part of a chain could not be removed yet
 */
export async function dropOldSegments(
  ports: ArchivePorts,
  retention: Retention,
  { stopping = () => false, onDropped = () => {}, onKept = () => {} }: DropOptions = {},
): Promise<number> {
  let segments = 0;
  let oldestAt: number | undefined;
  let early: AccountEarlyRemoval | undefined;
  const faults: unknown[] = [];
  for await (const account of sealedAccounts(ports)) {
    const dropped = await dropExpired(ports, account, retention, { stopping, onDropped });
    segments += dropped.segments;
    if (dropped.left) {
      oldestAt = Math.min(oldestAt ?? dropped.left.oldestAt, dropped.left.oldestAt);
      const forecast = forecastRetention(dropped.left, retention, ports.clock.now());
      if (forecast && forecast.leftMs < (early?.leftMs ?? Number.POSITIVE_INFINITY)) early = { account, ...forecast };
    }
    if (stopping()) return segments;
    // An archive that is down must not keep the events of other accounts in the store.
    if (!isArchiveDown(faults)) await removeDroppedFiles(ports, account, stopping).catch((error) => faults.push(error));
  }
  onKept(omitUndefined({ oldestAt, early }));
  if (faults.length > 0) throw faults[0];
  return segments;
}

/** Finds the accounts that lose events before the retention time, soon or already. */
export async function* findEarlyRemovals(
  ports: ArchivePorts,
  retention: Retention,
): AsyncGenerator<AccountEarlyRemoval> {
  for await (const account of sealedAccounts(ports)) {
    const [chain] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
    const oldest = chain && (await oldestPart(ports, chain.value));
    const left = oldest && { kept: chain.value.kept, oldestAt: oldest.sealedAt };
    const forecast = left && forecastRetention(left, retention, ports.clock.now());
    if (forecast) yield { account, ...forecast };
  }
}

/** Returns also what is left. */
async function dropExpired(
  ports: ArchivePorts,
  account: AccountId,
  retention: Retention,
  { stopping, onDropped }: Required<Omit<DropOptions, 'onKept'>>,
): Promise<{ segments: number; left?: KeptEvents }> {
  let [segments, events, sealedAt] = [0, 0, 0];
  try {
    while (!stopping()) {
      const { dropped, left } = await dropOldest(ports, account, retention);
      if (!dropped) return { segments, ...omitUndefined({ left }) };
      segments += dropped.segments;
      events += dropped.records;
      sealedAt = dropped.sealedAt;
    }
  } finally {
    // Also of what went before a fault: nothing is removed without a trace.
    if (segments > 0) onDropped({ account, segments, events, sealedAt: new Date(sealedAt).toISOString() });
  }
  return { segments };
}

/**
 * Removes the oldest segment, or archive file, if it is expired. More in one commit, with their index entries, would
 * hold up requests. If it is not, returns what is left.
 */
async function dropOldest(
  ports: ArchivePorts,
  account: AccountId,
  retention: Retention,
): Promise<{ dropped?: DroppedPart; left?: KeptEvents }> {
  const chainKey = auditChainDocument.key(account);
  const [stored] = await ports.store.getMany([chainKey], ports.clock.now());
  if (!stored) return {};
  const chain = stored.value;
  const isArchived = isInArchive(chain);
  const oldest = await oldestPart(ports, chain);
  if (!oldest) return {};
  if (!isExpired(oldest, chain, retention, ports.clock.now()))
    return { left: { kept: chain.kept, oldestAt: oldest.sealedAt } };
  if (isArchived) await clearArchived(ports, account, () => false);
  return transact(ports, chainKey.anchor, [chainKey], ([current], at): Decision<{ dropped?: DroppedPart }> => {
    const now = current?.value;
    // Another process removed it or moved it to the archive: the next round reads again.
    const isOldest = now?.first === chain.first && isInArchive(now) === isArchived;
    if (!isOldest || !isExpired(oldest, now, retention, at)) return { answer: {} };
    const dropped = { ...oldest, segments: oldest.last - chain.first + 1 };
    return { answer: { dropped }, write: without(now, oldest) };
  });
}

/** The oldest part of a chain that is removed as a whole. */
interface Part {
  readonly last: number;
  readonly records: number;
  readonly sealedAt: number;
  readonly hash: string;
  /** Absent: it is in the archive. */
  readonly segment?: Segment;
}

type DroppedPart = Part & { readonly segments: number };

/** True if the oldest segment is in the archive. */
function isInArchive({ first, archive }: AuditChain): boolean {
  return first <= (archive?.last ?? 0);
}

function oldestPart(ports: ArchivePorts, chain: AuditChain): Promise<Part | undefined> {
  return isInArchive(chain) ? archivedPart(ports, chain) : storedPart(ports, chain);
}

async function storedPart({ store, clock }: ArchivePorts, { account, first }: AuditChain): Promise<Part | undefined> {
  const [stored] = await store.getMany([segmentDocument.key(account, first)], clock.now());
  const segment = stored?.value;
  return segment && { ...segment, last: segment.number, records: segment.records.length, segment };
}

async function archivedPart(ports: ArchivePorts, { account, first }: AuditChain): Promise<Part | undefined> {
  const file = await fileFrom(ports, account, first);
  return file?.first === first ? file : undefined;
}

function isExpired({ sealedAt, records }: Part, { kept }: AuditChain, retention: Retention, now: number): boolean {
  return sealedAt < now - retention.keptMs || kept - records >= retention.mostEvents;
}

function without(chain: AuditChain, { last, records, hash, segment }: Part): Write {
  const value: AuditChain = {
    ...chain,
    first: last + 1,
    firstPrevious: hash,
    kept: chain.kept - records,
    ...(!segment && chain.archive && { archive: { ...chain.archive, records: chain.archive.records - records } }),
  };
  const put = [{ key: auditChainDocument.key(chain.account), value }];
  if (!segment) return { put };
  return { put, delete: [segmentDocument.key(chain.account, last)], index: removalOf(segment) };
}

/** Removes archive files from before the beginning of the chain: first the file, then what refers to it. */
async function removeDroppedFiles(ports: ArchivePorts, account: AccountId, stopping: () => boolean): Promise<void> {
  const chainKey = auditChainDocument.key(account);
  const [chain] = await ports.store.getMany([chainKey], ports.clock.now());
  if (!chain?.value.archive) return;
  // One at a time: there is seldom any, and this runs for every account each minute.
  for await (const file of archiveFiles(ports, account, 1, 1)) {
    if (file.last >= chain.value.first || stopping()) return;
    await requireArchive(ports).remove(archiveName(file));
    const key = archiveFileDocument.key(account, file.first);
    // An erasure may have replaced the file meanwhile: the next round removes the other one.
    await transact(ports, key.anchor, [key], ([current]) => ({
      answer: undefined,
      ...(current?.value.sha256 === file.sha256 && {
        write: { delete: [key], index: reindex(key, current.value, undefined) },
      }),
    }));
  }
}
