import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { archiveFiles, fileFrom, requireArchive } from './archive-files.ts';
import { clearArchived, isArchiveDown } from './archive-segments.ts';
import { archiveFileDocument, auditChainDocument, segmentDocument } from './documents.ts';
import { archiveName } from './log/archive-file.ts';
import type { AuditChain, Segment } from './log/segment.ts';
import { removalOf, sealedAccounts } from './stored-segments.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'archive'>;

export interface Retention {
  /** Segments sealed longer ago than this are removed. An archive file is removed as a whole, by its last segment. */
  keptMs: number;
  /** Maximum events of an account; the oldest segments beyond it are removed whole. */
  mostEvents: number;
}

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
  /** Learns when the oldest segment of all accounts was sealed, that retention has kept. Undefined: there is none. */
  onOldest?: (sealedAt: number | undefined) => void;
}

/**
 * Removes expired segments. The chain then begins later and stays verifiable: the hash that the first retained segment
 * continues from is stored, and every export signs it. Returns the number of removed segments.
 *
 * @throws ArchiveUnavailable if files that are no longer part of a chain could not be removed yet
 */
export async function dropOldSegments(
  ports: Needs,
  retention: Retention,
  { stopping = () => false, onDropped = () => {}, onOldest = () => {} }: DropOptions = {},
): Promise<number> {
  let segments = 0;
  let oldest: number | undefined;
  const faults: unknown[] = [];
  for await (const account of sealedAccounts(ports)) {
    const dropped = await dropExpired(ports, account, retention, { stopping, onDropped });
    segments += dropped.segments;
    if (dropped.oldest !== undefined) oldest = Math.min(oldest ?? dropped.oldest, dropped.oldest);
    if (stopping()) return segments;
    // An archive that is down must not keep the events of other accounts in the store.
    if (!isArchiveDown(faults)) await removeDroppedFiles(ports, account, stopping).catch((error) => faults.push(error));
  }
  onOldest(oldest);
  if (faults.length > 0) throw faults[0];
  return segments;
}

/** Returns also when the oldest segment that is left was sealed. */
async function dropExpired(
  ports: Needs,
  account: AccountId,
  retention: Retention,
  { stopping, onDropped }: Required<Omit<DropOptions, 'onOldest'>>,
): Promise<{ segments: number; oldest?: number }> {
  let [segments, events, sealedAt] = [0, 0, 0];
  try {
    while (!stopping()) {
      const { dropped, oldest } = await dropOldest(ports, account, retention);
      if (!dropped) return { segments, ...omitUndefined({ oldest }) };
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
 * hold up requests. If it is not, returns when it was sealed.
 */
async function dropOldest(
  ports: Needs,
  account: AccountId,
  retention: Retention,
): Promise<{ dropped?: DroppedPart; oldest?: number }> {
  const chainKey = auditChainDocument.key(account);
  const [stored] = await ports.store.getMany([chainKey], ports.clock.now());
  if (!stored) return {};
  const chain = stored.value;
  const isArchived = chain.first <= (chain.archive?.last ?? 0);
  const oldest = isArchived ? await archivedPart(ports, chain) : await storedPart(ports, chain);
  if (!oldest || !isExpired(oldest, chain, retention, ports.clock.now()))
    return omitUndefined({ oldest: oldest?.sealedAt });
  if (isArchived) await clearArchived(ports, account, () => false);
  return transact(ports, chainKey.anchor, [chainKey], ([current], at): Decision<{ dropped?: DroppedPart }> => {
    const now = current?.value;
    // Another process removed it or moved it to the archive: the next round reads again.
    const isOldest = now?.first === chain.first && now.first <= (now.archive?.last ?? 0) === isArchived;
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

async function storedPart({ store, clock }: Needs, { account, first }: AuditChain): Promise<Part | undefined> {
  const [stored] = await store.getMany([segmentDocument.key(account, first)], clock.now());
  const segment = stored?.value;
  return segment && { ...segment, last: segment.number, records: segment.records.length, segment };
}

async function archivedPart(ports: Needs, { account, first }: AuditChain): Promise<Part | undefined> {
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
async function removeDroppedFiles(ports: Needs, account: AccountId, stopping: () => boolean): Promise<void> {
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
