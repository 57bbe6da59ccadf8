import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { archiveFiles, readArchiveFile, requireArchive } from '../../events/archive-files.ts';
import { clearArchived } from '../../events/archive-segments.ts';
import { archiveFileDocument, auditChainDocument, eventIndexes, segmentDocument } from '../../events/documents.ts';
import { type ArchiveFile, archiveName, makeArchiveFile, segmentsOfFile } from '../../events/log/archive-file.ts';
import { parseEventEntry } from '../../events/log/event-entry.ts';
import { mayContain } from '../../events/log/id-filter.ts';
import { withoutPersonalData } from '../../events/log/personal-part.ts';
import type { Segment } from '../../events/log/segment.ts';
import { ArchiveUnavailable } from '../../kernel/ports/audit-archive.ts';
import type { ArchivePorts } from '../../kernel/ports/ports.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';
import { reindex } from '../../store/index-entries.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { erasureDocument } from './documents.ts';
import type { Erasure, FileReplacement } from './erasure.ts';

type Subject = Pick<Erasure, 'id' | 'account'>;

const PAGE = 100;
/** Another erasure may replace the same file. */
const MAX_TRIES = 12;

/**
 * Removes the personal parts of a user from all sealed events: first in the store, then in the archive, so that a
 * segment that moves meanwhile is met in one of them. It can be repeated, and continues after a crash.
 *
 * @throws ArchiveUnavailable if a file cannot be read: the erasure is not complete then
 */
export async function eraseFromEvents(ports: ArchivePorts, subject: Subject, isStopping: () => boolean): Promise<void> {
  const { account, id } = subject;
  await settleReplacements(ports, subject);
  for (let after: IndexEntry | undefined; !isStopping(); ) {
    const index = eventIndexes.about(account, id);
    const entries = await ports.store.range(index, { limit: PAGE, ...omitUndefined({ after }) });
    const numbers = new Set(entries.flatMap((entry) => parseEventEntry(entry)?.segment ?? []));
    for (const number of numbers) await eraseInStore(ports, subject, number);
    after = entries.at(-1);
    if (entries.length < PAGE) break;
  }
  const [chain] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
  if (!chain?.value.archive) return;
  for await (const file of archiveFiles(ports, account, chain.value.first)) {
    if (isStopping()) return;
    if (mayContain(file.ids, id)) await eraseInFile(ports, subject, file.first);
  }
  // A segment that moved while it was erased may still have its copy in the store.
  await clearArchived(ports, account, isStopping);
}

/** The chain counts the change, so that the archive does not write what was read before it. */
function eraseInStore(ports: ArchivePorts, { account, id }: Subject, number: number): Promise<void> {
  const [chainKey, key] = [auditChainDocument.key(account), segmentDocument.key(account, number)];
  return transact(ports, chainKey.anchor, [chainKey, key], ([chain, stored]): Decision<undefined> => {
    const erased = stored && withoutPersonalData(stored.value.records, id);
    if (!chain || !erased || number <= (chain.value.archive?.last ?? 0)) return { answer: undefined };
    const erasures = (chain.value.erasures ?? 0) + 1;
    return {
      answer: undefined,
      write: {
        put: [
          { key, value: { ...stored.value, records: erased } },
          { key: chainKey, value: { ...chain.value, erasures } },
        ],
      },
    };
  });
}

async function eraseInFile(ports: ArchivePorts, subject: Subject, first: number): Promise<void> {
  const archive = requireArchive(ports);
  const key = archiveFileDocument.key(subject.account, first);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [stored] = await ports.store.getMany([key], ports.clock.now());
    // Retention has removed it.
    if (!stored) return;
    const read = await readArchiveFile(ports, stored.value);
    if (!read) throw new ArchiveUnavailable(`${archiveName(stored.value)} is missing or damaged, and cannot be erased`);
    const written = erasedFile(read.text, subject.id);
    if (!written) return;
    const { file, content } = written;
    const replacement = { first, from: read.file.sha256, to: file.sha256 };
    await announce(ports, subject, replacement);
    await archive.put(archiveName(file), content);
    const isReplaced = await transact(ports, key.anchor, [key], ([current]): Decision<boolean> => {
      if (current?.value.sha256 !== replacement.from) return { answer: false };
      return { answer: true, write: { put: [{ key, value: file }], index: reindex(key, current.value, file) } };
    });
    await settle(ports, subject, replacement);
    if (isReplaced) return;
  }
  throw new Error(`${key.name} was replaced by others again and again`);
}

/** The file without the personal parts of the user. Undefined if it has none. */
function erasedFile(text: string, id: string): { file: ArchiveFile; content: Buffer } | undefined {
  let isChanged = false;
  const segments = segmentsOfFile(text).map((segment): Segment => {
    const records = withoutPersonalData(segment.records, id);
    isChanged ||= records !== undefined;
    return records ? { ...segment, records } : segment;
  });
  const [first, ...rest] = segments;
  return isChanged && first ? makeArchiveFile([first, ...rest]) : undefined;
}

function announce(ports: ArchivePorts, { id }: Subject, replacement: FileReplacement): Promise<void> {
  return changeReplacements(ports, id, (all) => [...all.filter((one) => !isSame(one, replacement)), replacement]);
}

async function settleReplacements(ports: ArchivePorts, subject: Subject): Promise<void> {
  const [stored] = await ports.store.getMany([erasureDocument.key(subject.id)], ports.clock.now());
  for (const replacement of stored?.value.replacing ?? []) await settle(ports, subject, replacement);
}

/**
 * Removes of two files the one that is not recorded. The new one stays while the old one is recorded: another process
 * may be about to record it, and a repetition makes the same.
 */
async function settle(ports: ArchivePorts, { account, id }: Subject, replacement: FileReplacement): Promise<void> {
  const { first, from, to } = replacement;
  const [file] = await ports.store.getMany([archiveFileDocument.key(account, first)], ports.clock.now());
  if (file?.value.sha256 === from) return;
  for (const sha256 of [from, to]) {
    if (file?.value.sha256 !== sha256) await requireArchive(ports).remove(archiveName({ account, first, sha256 }));
  }
  await changeReplacements(ports, id, (all) => all.filter((one) => !isSame(one, replacement)));
}

function isSame(one: FileReplacement, other: FileReplacement): boolean {
  return one.first === other.first && one.from === other.from && one.to === other.to;
}

function changeReplacements(
  ports: ArchivePorts,
  id: Erasure['id'],
  change: (all: readonly FileReplacement[]) => FileReplacement[],
): Promise<void> {
  const key = erasureDocument.key(id);
  return transact(
    ports,
    id,
    [key],
    ([stored]): Decision<undefined> => ({
      answer: undefined,
      ...(stored && {
        write: { put: [{ key, value: { ...stored.value, replacing: change(stored.value.replacing) } }] },
      }),
    }),
  );
}
