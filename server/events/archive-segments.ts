import type { AccountId } from '../kernel/ids.ts';
import { ArchiveUnavailable, type AuditArchive } from '../kernel/ports/audit-archive.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { recordArchiveFile } from './archive-files.ts';
import { archiveFileDocument, auditChainDocument, segmentDocument } from './documents.ts';
import { archiveName, makeArchiveFile, mayBeComplete, nextFile } from './log/archive-file.ts';
import type { AuditChain, FileBeingWritten, Segment } from './log/segment.ts';
import { removalOf, sealedAccounts, segmentsInStore } from './stored-segments.ts';

/** Failures in this many accounts mean that the archive is down, and not only the folder of one. */
const MAX_OUTAGES = 3;
/** Maximum records whose index entries one commit removes: more would hold up requests. */
const CLEARED_RECORDS = 200;
/** Maximum segments of one commit. */
const CLEARED_SEGMENTS = 50;
/** No file has this name. */
const PROBE = archiveName({ account: 'acc_00000000000', first: 0, sha256: '0'.repeat(64) });

/**
 * Moves settled segments from the store to the archive: the chain announces the file, which is durable there before the
 * store refers to it, and the store refers to it before its own copies go. Whatever a crash leaves twice is read once.
 * Returns the number of files written.
 *
 * @throws ArchiveUnavailable also with nothing to move, or the first fault of an account: its segments stay in the store
 */
export async function archiveSegments(
  ports: WritePorts,
  archive: AuditArchive,
  { stopping = () => false }: { stopping?: () => boolean } = {},
): Promise<number> {
  let written = 0;
  const faults: unknown[] = [];
  for await (const account of sealedAccounts(ports)) {
    if (stopping()) break;
    try {
      await clearArchived(ports, account, stopping);
      while (!stopping()) {
        const moved = await archiveNext(ports, archive, account);
        if (moved.length === 0) break;
        written += 1;
        await clearArchived(ports, account, stopping, moved);
      }
    } catch (error) {
      // What is wrong with one account does not stop the others.
      faults.push(error);
      if (isArchiveDown(faults)) break;
    }
  }
  if (faults.length > 0) throw faults[0];
  // A wrong secret is reported now, and not only when the first file is complete.
  if (written === 0 && !stopping()) await archive.get(PROBE, 0);
  return written;
}

/** True if no further account should be tried: each would wait for the archive. */
export function isArchiveDown(faults: readonly unknown[]): boolean {
  return faults.filter((fault) => fault instanceof ArchiveUnavailable).length >= MAX_OUTAGES;
}

/** Returns the segments of the file that it wrote. */
async function archiveNext(ports: WritePorts, archive: AuditArchive, account: AccountId): Promise<readonly Segment[]> {
  const key = auditChainDocument.key(account);
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([key], now);
  if (!stored) return [];
  const chain = stored.value;
  const from = nextSegment(chain);
  if (chain.writing && (chain.writing.isAbandoned || chain.writing.first < from)) {
    await abandon(ports, archive, account, chain.writing);
  }
  const [oldest] = await ports.store.getMany([segmentDocument.key(account, from)], now);
  if (!oldest || !mayBeComplete(oldest.value, chain.kept - (chain.archive?.records ?? 0), now)) return [];
  const segments = await nextFile(segmentsInStore(ports, chain, from), now);
  if (!segments) return [];
  const { file, content } = makeArchiveFile(segments);
  const { first, sha256 } = file;
  if (chain.writing && chain.writing.sha256 !== sha256) await abandon(ports, archive, account, chain.writing);
  // Another process recorded it, retention removed its segments, or an erasure changed them.
  const ifNext = (decide: (current: AuditChain) => Write | undefined) =>
    transact(ports, key.anchor, [key], ([current]): Decision<boolean> => {
      const isAsRead = nextSegment(current?.value ?? chain) === first && current?.value.erasures === chain.erasures;
      const write = current && isAsRead ? decide(current.value) : undefined;
      return write ? { answer: true, write } : { answer: false };
    });
  const isAnnounced = ({ writing }: AuditChain) => writing?.sha256 === sha256 && !writing.isAbandoned;
  const announce = (current: AuditChain): Write | undefined =>
    current.writing && !isAnnounced(current)
      ? undefined
      : { put: [{ key, value: { ...current, writing: { first, sha256 } } }] };
  if (!(await ifNext(announce))) return [];
  await archive.put(archiveName(file), content);
  if (await ifNext((current) => (isAnnounced(current) ? recordArchiveFile(current, file) : undefined))) return segments;
  await abandon(ports, archive, account, file);
  return [];
}

/** The first segment that is not in the archive. */
function nextSegment({ first, archive }: AuditChain): number {
  return Math.max((archive?.last ?? 0) + 1, first);
}

/**
 * Removes a file that was perhaps written and is recorded nowhere: retention would never find it. From the mark on no
 * process records it.
 */
async function abandon(
  ports: WritePorts,
  archive: AuditArchive,
  account: AccountId,
  { first, sha256 }: FileBeingWritten,
): Promise<void> {
  const key = auditChainDocument.key(account);
  const change = (decide: (chain: AuditChain) => AuditChain) =>
    transact(ports, key.anchor, [key], ([current]) => ({
      answer: undefined,
      ...(current?.value.writing?.sha256 === sha256 && { write: { put: [{ key, value: decide(current.value) }] } }),
    }));
  await change((chain) => ({ ...chain, writing: { first, sha256, isAbandoned: true } }));
  const [recorded] = await ports.store.getMany([archiveFileDocument.key(account, first)], ports.clock.now());
  if (recorded?.value.sha256 !== sha256) await archive.remove(archiveName({ account, first, sha256 }));
  await change(({ writing: _, ...chain }) => chain);
}

/**
 * Deletes the store's copies of archived segments, with their index entries.
 *
 * @param known segments that have just been read
 */
export async function clearArchived(
  ports: WritePorts,
  account: AccountId,
  stopping: () => boolean,
  known: readonly Segment[] = [],
): Promise<void> {
  const byNumber = new Map(known.map((segment) => [segment.number, segment]));
  while (!stopping() && (await clearPortion(ports, account, byNumber)));
}

async function clearPortion(
  ports: WritePorts,
  account: AccountId,
  known: ReadonlyMap<number, Segment>,
): Promise<boolean> {
  const key = auditChainDocument.key(account);
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  const archive = stored?.value.archive;
  if (!archive || archive.cleared >= archive.last) return false;
  const from = archive.cleared + 1;
  const count = Math.min(CLEARED_SEGMENTS, archive.last - archive.cleared);
  const numbers = Array.from({ length: count }, (_, at) => from + at);
  const unknown = numbers.filter((number) => !known.has(number));
  const read = await ports.store.getMany(
    unknown.map((number) => segmentDocument.key(account, number)),
    ports.clock.now(),
  );
  const found = numbers.map((number) => known.get(number) ?? read[unknown.indexOf(number)]?.value);
  let records = 0;
  const end = found.findIndex((segment) => {
    records += segment?.records.length ?? 0;
    return records >= CLEARED_RECORDS;
  });
  const taken = end < 0 ? count : end + 1;
  const segments = found.slice(0, taken).filter((segment) => segment !== undefined);
  return transact(ports, key.anchor, [key], ([current]): Decision<boolean> => {
    const now = current?.value;
    // Another process cleared them.
    if (now?.archive?.cleared !== archive.cleared) return { answer: true };
    return {
      answer: true,
      write: {
        put: [{ key, value: { ...now, archive: { ...now.archive, cleared: archive.cleared + taken } } }],
        delete: segments.map(({ number }) => segmentDocument.key(account, number)),
        index: segments.flatMap(removalOf),
      },
    };
  });
}
