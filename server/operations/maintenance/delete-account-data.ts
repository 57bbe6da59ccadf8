import { accountDeletionDocument, accountIndexes } from '../../accounts/documents.ts';
import { archiveFiles, requireArchive } from '../../events/archive-files.ts';
import { dropConsumedEvents, unreadEvents } from '../../events/consumed-events.ts';
import { auditChainDocument } from '../../events/documents.ts';
import { archiveName } from '../../events/log/archive-file.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import type { AccountId, WebhookId } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { ArchivePorts } from '../../kernel/ports/ports.ts';
import type { Change, IndexEntry, RawKey, ScannedRecord } from '../../kernel/ports/store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { reindex } from '../../store/index-entries.ts';
import { type Decision, newOperation, transact } from '../../store/transact.ts';
import { webhooksDocument } from '../../webhooks/documents.ts';
import { CATALOGUE } from './catalogue.ts';
import { isEntryOfAccount, isOfAccount, isOwner, parentOf } from './owning-account.ts';

/** Requests that began before the account was deleted have ended by then, and their events are sealed. */
const SETTLE_MS = MINUTE_MS;
/** Of two processes. */
const MAX_CLOCK_DIFFERENCE_MS = MINUTE_MS;
const PAGE = 500;
const CONCURRENT_COMMITS = 8;
/** Each pass goes through the whole store; what is found later than this waits for the next run. */
const MAX_PASSES = 5;

/**
 * Deletes the data of deleted accounts: archive files first, then what depends on users, tokens, resources and webhooks,
 * then these and the rest, until the store holds nothing of the account. A run that was interrupted starts again. Returns
 * the accounts of which nothing is left.
 *
 * @throws the first failure; it does not stop the others
 */
export async function deleteAccountData(
  ports: ArchivePorts,
  isStopping: () => boolean = () => false,
): Promise<AccountId[]> {
  const faults: unknown[] = [];
  const done: AccountId[] = [];
  const entries = await ports.store.range(accountIndexes.deleting(), { limit: PAGE });
  for (const { id } of entries) {
    if (isStopping()) break;
    const account = id as AccountId;
    const isDone = await deleteOne(ports, account, isStopping).catch((error: unknown) => {
      faults.push(error);
      return false;
    });
    if (isDone) done.push(account);
  }
  if (faults.length > 0) throw faults[0];
  return done;
}

async function deleteOne(ports: ArchivePorts, account: AccountId, isStopping: () => boolean): Promise<boolean> {
  const key = accountDeletionDocument.key(account);
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  if (!stored || ports.clock.now() - stored.value.requestedAt < SETTLE_MS) return false;
  if (!(await areEventsRead(ports, stored.value.requestedAt + SETTLE_MS + MAX_CLOCK_DIFFERENCE_MS))) return false;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    await removeArchive(ports, account);
    const parts = await deletePass(ports, account, 'parts', isStopping);
    const owners = await deletePass(ports, account, 'owners', isStopping);
    if (isStopping()) return false;
    if (parts + owners > 0) continue;
    await dropConsumedEvents(ports);
    return transact(ports, account, [key], ([current]) => ({
      answer: true,
      ...(current && { write: { delete: [key], index: reindex(key, current.value, undefined) } }),
    }));
  }
  return false;
}

/** True if no consumer has an event to read from before: of the account, it would begin the log again after its end. */
async function areEventsRead(ports: ArchivePorts, before: number): Promise<boolean> {
  const unread = await unreadEvents(ports);
  return unread.every(({ text }) => (JSON.parse(text) as AccountEvent).at >= before);
}

/**
 * Removes the files of the archive, before the documents that name them. Without the head of the chain no process
 * records another file.
 */
async function removeArchive(ports: ArchivePorts, account: AccountId): Promise<void> {
  const key = auditChainDocument.key(account);
  let isHeadless = false;
  while (!isHeadless) {
    const [chain] = await ports.store.getMany([key], ports.clock.now());
    const writing = chain?.value.writing;
    if (writing) await requireArchive(ports).remove(archiveName({ account, ...writing }));
    isHeadless = await transact(ports, key.anchor, [key], ([current]): Decision<boolean> => {
      if (!current) return { answer: true };
      return current.value.writing?.sha256 === writing?.sha256
        ? { answer: true, write: { delete: [key] } }
        : { answer: false };
    });
  }
  for await (const file of archiveFiles(ports, account, 0)) await requireArchive(ports).remove(archiveName(file));
}

/**
 * Goes through the whole store once.
 *
 * @param part `parts`: what is found by the user, token, resource or webhook that it belongs to; `owners`: all the rest
 * @returns the number of records that were deleted
 */
async function deletePass(
  ports: ArchivePorts,
  account: AccountId,
  part: 'parts' | 'owners',
  isStopping: () => boolean,
): Promise<number> {
  const [book] = await ports.store.getMany([webhooksDocument.key(account)], ports.clock.now());
  const webhooks = new Set<WebhookId>(book?.value.webhooks.map(({ id }) => id));
  let deleted = 0;
  let after: string | undefined;
  do {
    const { records, next } = await ports.store.scan(after, PAGE);
    const found = await recordsOf(ports, records, account, part, webhooks);
    await mapConcurrent([...groupByAnchor(found)], CONCURRENT_COMMITS, ([anchor, change]) =>
      ports.store.commit({
        anchor,
        operation: newOperation(ports),
        once: true,
        now: ports.clock.now(),
        expect: [],
        ...change,
      }),
    );
    deleted += found.length;
    after = next;
  } while (after !== undefined && !isStopping());
  return deleted;
}

async function recordsOf(
  { store, clock }: ArchivePorts,
  records: readonly ScannedRecord[],
  account: AccountId,
  part: 'parts' | 'owners',
  webhooks: ReadonlySet<WebhookId>,
): Promise<ScannedRecord[]> {
  if (part === 'owners') {
    return records.filter((record) =>
      record.kind === 'index'
        ? isEntryOfAccount(record.index, record.entry, account)
        : isOfAccount(record.key, record.value, account),
    );
  }
  const parents = records.map((record) => parentOf(record, webhooks, account));
  const keys = [...new Map(parents.flatMap((one) => (one && one !== 'found' ? [[one.name + one.anchor, one]] : [])))];
  const stored = await store.getMany(
    keys.map(([, key]) => key),
    clock.now(),
  );
  const owned = new Set(keys.filter((_, at) => isOwner(stored[at]?.value, account)).map(([name]) => name));
  return records.filter((_, at) => {
    const parent = parents[at];
    return parent === 'found' || (parent !== undefined && owned.has(parent.name + parent.anchor));
  });
}

function groupByAnchor(records: readonly ScannedRecord[]): Map<string, Pick<Change, 'delete' | 'index'>> {
  const changes = new Map<string, { delete: RawKey[]; index: { index: string; remove: IndexEntry }[] }>();
  for (const record of records) {
    const anchor = record.kind === 'index' ? CATALOGUE.anchorOfEntry(record.index, record.entry) : record.key.anchor;
    if (anchor === undefined) continue;
    const change = changes.get(anchor) ?? { delete: [], index: [] };
    changes.set(anchor, change);
    if (record.kind === 'index') change.index.push({ index: record.index, remove: record.entry });
    else {
      change.delete.push(record.key);
      const entries = CATALOGUE.documentOf(record.key)?.indexes(record.value) ?? [];
      change.index.push(...entries.map(({ index, entry }) => ({ index, remove: entry })));
    }
  }
  return changes;
}
