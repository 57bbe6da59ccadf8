import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import type { IndexEntry, Stored } from '../kernel/ports/store.ts';
import { reindex } from '../store/index-entries.ts';
import type { Write } from '../store/transact.ts';
import { archiveFileDocument, archiveIndexes, auditChainDocument } from './documents.ts';
import { type ArchiveFile, archiveName, sha256Of } from './log/archive-file.ts';
import { segmentText } from './log/event-entry.ts';
import type { AuditChain } from './log/segment.ts';

/** @throws ArchiveUnavailable if none is configured */
export function requireArchive({ archive }: Pick<Ports, 'archive'>): NonNullable<Ports['archive']> {
  if (!archive) throw new ArchiveUnavailable('sealed events are in an archive, and none is configured');
  return archive;
}

/** Erasures may replace a file between two reads. */
const MAX_READS = 5;

/**
 * The text of an archive file, or of the one that an erasure has replaced it by. Undefined if it is missing or is not
 * what was written.
 *
 * @throws ArchiveUnavailable
 */
export async function readArchiveFile(
  ports: ReadPorts & Pick<Ports, 'archive'>,
  wanted: ArchiveFile,
): Promise<{ file: ArchiveFile; text: string } | undefined> {
  const key = archiveFileDocument.key(wanted.account, wanted.first);
  let file = wanted;
  for (let reads = 1; ; reads++) {
    const content = await requireArchive(ports).get(archiveName(file), file.bytes);
    if (content && sha256Of(content) === file.sha256) return { file, text: Buffer.from(content).toString('utf8') };
    const [current] = await ports.store.getMany([key], ports.clock.now());
    if (!current || current.value.sha256 === file.sha256 || reads === MAX_READS) return undefined;
    file = current.value;
  }
}

/** True if retention has removed the file meanwhile: one that cannot be read is no damage then. */
export async function hasExpired({ store, clock }: ReadPorts, { account, last }: ArchiveFile): Promise<boolean> {
  const [chain] = await store.getMany([auditChainDocument.key(account)], clock.now());
  return chain !== undefined && last < chain.value.first;
}

/** The file that holds this segment, or the first one after it. Files that retention has dropped are found too. */
export async function fileFrom(
  ports: ReadPorts,
  account: AccountId,
  segment: number,
): Promise<ArchiveFile | undefined> {
  for await (const file of archiveFiles(ports, account, segment, 1)) return file;
  return undefined;
}

/** The archive files of an account that end with this segment or later, in order. */
export async function* archiveFiles(...asked: Parameters<typeof storedArchiveFiles>): AsyncGenerator<ArchiveFile> {
  for await (const { value } of storedArchiveFiles(...asked)) yield value;
}

/**
 * The same, with their versions.
 *
 * @param pageSize files per read, each some kilobytes: fewer if the caller may need only the first
 */
export async function* storedArchiveFiles(
  { store, clock }: ReadPorts,
  account: AccountId,
  from: number,
  pageSize = 100,
): AsyncGenerator<Stored<ArchiveFile>> {
  // Entries with the number before sort below this one.
  let after: IndexEntry | undefined = { sort: segmentText(Math.max(0, from - 1)), id: '~' };
  for (;;) {
    const entries: IndexEntry[] = await store.range(archiveIndexes.byNumber(account), {
      limit: pageSize,
      ...omitUndefined({ after }),
    });
    const keys = entries.map(({ id }) => archiveFileDocument.key(account, Number.parseInt(id, 36)));
    for (const stored of await store.getMany(keys, clock.now())) if (stored) yield stored;
    after = entries.at(-1);
    if (entries.length < pageSize) return;
  }
}

/**
 * Records a file that is in the archive. From then on its segments are read there. A restore with increments records later
 * ones first.
 */
export function recordArchiveFile(chain: AuditChain, file: ArchiveFile): Write {
  const { writing: _, ...rest } = chain;
  const { last = 0, records = 0, cleared = chain.first - 1 } = chain.archive ?? {};
  const key = archiveFileDocument.key(chain.account, file.first);
  const archive = { last: Math.max(last, file.last), records: records + file.records, cleared };
  return {
    put: [
      { key, value: file },
      { key: auditChainDocument.key(chain.account), value: { ...rest, archive } },
    ],
    index: reindex(key, undefined, file),
  };
}
