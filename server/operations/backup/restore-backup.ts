import { CodedError } from '@countersign/protocol/coded-error';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Account } from '../../accounts/account.ts';
import { planIndexes } from '../../billing/documents.ts';
import { paidUntil } from '../../billing/plan-changes.ts';
import { recordArchiveFile, requireArchive } from '../../events/archive-files.ts';
import { auditChainDocument } from '../../events/documents.ts';
import { type ArchiveFile, archiveName, sha256Of } from '../../events/log/archive-file.ts';
import { type AuditChain, GENESIS } from '../../events/log/segment.ts';
import { segmentsInStore } from '../../events/stored-segments.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { ArchiveConflict, type AuditArchive } from '../../kernel/ports/audit-archive.ts';
import type { ArchivePorts, Ports } from '../../kernel/ports/ports.ts';
import type { PublicJwk } from '../../kernel/ports/signer.ts';
import type { DocumentOf, RawKey, StoredEvent } from '../../kernel/ports/store.ts';
import type { RestoreContext } from '../../store/define-document.ts';
import { restorationDocument, storePurposeDocument } from '../../store/documents.ts';
import { byInstant } from '../../store/index-entries.ts';
import { isStoreEmpty, setStorePurpose } from '../../store/set-store-purpose.ts';
import { SHAPE_VERSION } from '../../store/store-version.ts';
import { newOperation, transact } from '../../store/transact.ts';
import { CATALOGUE } from '../maintenance/catalogue.ts';
import { publicHalf, type SigningKeySet } from '../maintenance/signing-key.ts';
import { BackupInvalid, type BackupRecord } from './backup-records.ts';
import { BatchWriter } from './batch-writer.ts';

type Needs = ArchivePorts & { secrets: Pick<Ports['secrets'], 'open'> };

/** Kinds of documents that are counted apart. */
export const COUNTED_KINDS = ['account', 'administrator', 'resource', 'user', 'token', 'filter', 'api-key'] as const;
type CountedKind = (typeof COUNTED_KINDS)[number];

export interface RestoreCounts {
  documents: number;
  /** Left out on purpose: must not return. */
  leftOut: number;
  indexEntries: number;
  /** What an operator knows by sight, by kind. */
  objects: Record<CountedKind, number>;
  /** Events of the audit log, in the store and in the archive. */
  sealedEvents: number;
  /** Events that are still in the streams, most of which are in the audit log too. */
  events: number;
  /** Events are left out if the partitions of the other store cannot be distinguished here. */
  eventsLeft: number;
  backedUpAt: number;
  accounts: AccountId[];
  /** The public halves of the signing keys in the backup, which are not restored. They verify earlier events. */
  keys: PublicJwk[];
}

/** Facts about a backup, known after all of it has been read. */
export interface BackupFacts {
  backedUpAt: number;
  partitions: number;
  /** The state of each account's event chain when the backup began. */
  chains: Map<AccountId, Pick<AuditChain, 'number' | 'hash'>>;
  /** Of the chains that lost older segments while the backup ran, per anchor. */
  beginnings: Map<string, { account: AccountId; first: number; firstPrevious: string }>;
  /** The last event of each partition when the backup ended. */
  sequences: Map<number, number>;
  keys: PublicJwk[];
}

interface RestoreSteps {
  /** The facts of these same records, if they have just been inspected. Default: they are inspected first. */
  facts?: BackupFacts;
  /** Further work that must be done before a service may start on the store. */
  complete?: () => Promise<void>;
}

/** The store is not empty. */
export class StoreNotEmpty extends CodedError {
  readonly code = 'STORE_NOT_EMPTY';
  constructor() {
    super('the store is not empty: move store/ out of the data folder, or take an empty Redis');
  }
}

/** Of all restored documents. What is committed later has a higher one. */
const VERSION = 1;
const EVENT_BATCH_SIZE = 500;

/**
 * Restores a backup to an empty store (SR-62). The whole of it is read and checked before anything is written: that no
 * line is missing or changed, that every secret opens with the master key, that every kind is known. During the
 * restore, a mark in the store keeps servers from starting on the partial data.
 *
 * Anything that could be used a second time is left out: codes of the time since the backup, results, flows, login
 * requests.
 *
 * @param open reads the backup's records from the beginning; called for the inspection, and again for the rest
 * @throws BackupInvalid, StoreNotEmpty: nothing was written
 */
export async function restoreBackup(
  ports: Needs,
  open: () => AsyncIterable<BackupRecord>,
  { facts, complete }: RestoreSteps = {},
): Promise<RestoreCounts> {
  const { store, clock } = ports;
  const { backedUpAt, partitions, chains, beginnings, keys } = facts ?? (await inspectBackup(ports, open()));
  if (!(await isStoreEmpty(ports))) throw new StoreNotEmpty();
  const now = clock.now();
  await mark(ports, { startedAt: now, backedUpAt });
  await setStorePurpose(ports, 'service');

  const context: RestoreContext = { now, heads: new Map(), beginnings };
  const counts = { documents: 0, leftOut: 0, indexEntries: 0, events: 0, eventsLeft: 0 };
  const objects = Object.fromEntries(COUNTED_KINDS.map((kind) => [kind, 0])) as RestoreCounts['objects'];
  const restored: RestoreCounts = {
    ...counts,
    objects,
    sealedEvents: 0,
    backedUpAt,
    accounts: [...chains.keys()],
    keys,
  };
  const moved = partitions !== store.partitions;
  const writer = new BatchWriter(store, now);
  const events = eventWriter(ports, partitions, restored);
  const writeDueEntry = async ({ id, plan }: Account) => {
    const due = paidUntil(plan);
    const index = planIndexes.due();
    const entry = due === undefined ? undefined : byInstant(due, id);
    const anchor = entry && CATALOGUE.anchorOfEntry(index, entry);
    if (entry && anchor !== undefined) await writer.entry(store.partitionOf(anchor), { index, entry });
  };

  for await (const record of open()) {
    if ('d' in record) {
      const [anchor, name] = record.d;
      const document = CATALOGUE.documentOf({ anchor, name });
      const value = document?.restore(record.v, context, { anchor, name });
      if (document === undefined || value === undefined || (record.x ?? Number.POSITIVE_INFINITY) <= now) {
        restored.leftOut += 1;
        continue;
      }
      restored.documents += 1;
      const kind = COUNTED_KINDS.find((one) => one === name);
      if (kind) objects[kind] += 1;
      await writer.document({
        key: { anchor, name },
        value,
        version: VERSION,
        ...omitUndefined({ expiresAt: record.x }),
      });
      if (name === 'account') await writeDueEntry(record.v as Account);
    } else if ('i' in record) {
      const entry = { sort: record.e[0], id: record.e[1] };
      if (!CATALOGUE.keepsEntry(record.i, entry.id, context)) continue;
      const anchor = CATALOGUE.anchorOfEntry(record.i, entry);
      if (moved && anchor === undefined) throw new Error(`where the index ${record.i} belongs is not known`);
      restored.indexEntries += 1;
      const partition = anchor === undefined || !moved ? record.p : store.partitionOf(anchor);
      await writer.entry(partition, { index: record.i, entry });
    } else if ('a' in record) {
      if (record.a.last < (beginnings.get(auditChainDocument.key(record.a.account).anchor)?.first ?? 0)) continue;
      // The chain that it belongs to came before.
      await writer.flush();
      await restoreArchiveFile(ports, record);
    } else if ('s' in record) await events(record);
  }
  await writer.flush();
  for (const { account } of beginnings.values()) await countKept(ports, account);
  restored.sealedEvents = await countSealed(ports, restored.accounts);
  await complete?.();
  await mark(ports, { startedAt: now, finishedAt: clock.now(), backedUpAt });
  return restored;
}

/**
 * Reads all of a backup and writes nothing.
 *
 * @throws BackupInvalid
 */
export async function inspectBackup(
  { store, secrets, archive }: Needs,
  records: AsyncIterable<BackupRecord>,
): Promise<BackupFacts> {
  let header: { backedUpAt: number; partitions: number } | undefined;
  const chains: BackupFacts['chains'] = new Map();
  const beginnings: BackupFacts['beginnings'] = new Map();
  const sequences: BackupFacts['sequences'] = new Map();
  const keys: PublicJwk[] = [];
  for await (const record of records) {
    if ('backup' in record) {
      const { at, partitions, required } = record;
      if (required && required.shape > SHAPE_VERSION) {
        throw new BackupInvalid(
          `the backup has what only version ${required.version} or a later one knows: restore it there`,
        );
      }
      header = { backedUpAt: at, partitions };
    } else if ('d' in record) {
      const key: RawKey = { anchor: record.d[0], name: record.d[1] };
      if (!CATALOGUE.documentOf(key)) throw new BackupInvalid(`no rule says how ${key.name} is to be restored`);
      if (key.name === 'account') chains.set(key.anchor as AccountId, chains.get(key.anchor as AccountId) ?? NO_CHAIN);
      if (key.name === 'chain') chains.set((record.v as AuditChain).account, record.v as AuditChain);
      if (key.name === 'signing-keys') keys.push(...(record.v as SigningKeySet).keys.map(publicHalf));
      if (isOfDemo(key, record.v)) {
        throw new BackupInvalid(
          'this is the backup of a demo, whose password and API key are no secret: a service begins without them',
        );
      }
      for (const { sealed, context } of CATALOGUE.secretsOf(key, record.v)) {
        try {
          secrets.open(sealed, context);
        } catch {
          throw new BackupInvalid(
            `the ${context.kind} in it does not open with this master key: give the key of the time of the backup`,
          );
        }
      }
    } else if ('a' in record) {
      if (!archive)
        throw new BackupInvalid('the backup holds an audit archive: name one for it in COUNTERSIGN_AUDIT_ARCHIVE');
    } else if ('b' in record) {
      const { b: account, f: first, h: firstPrevious } = record;
      beginnings.set(auditChainDocument.key(account).anchor, { account, first, firstPrevious });
    } else if ('last' in record) sequences.set(record.s, record.last);
    else if ('i' in record && header && header.partitions !== store.partitions) {
      if (CATALOGUE.anchorOfEntry(record.i, { sort: record.e[0], id: record.e[1] }) === undefined) {
        throw new BackupInvalid(`the index ${record.i} cannot be moved to a store with other partitions`);
      }
    }
  }
  if (!header) throw new BackupInvalid('this is not a backup');
  return { ...header, chains, beginnings, sequences, keys };
}

async function restoreArchiveFile(
  ports: Needs,
  { a: file, t: text }: Extract<BackupRecord, { a: unknown }>,
): Promise<void> {
  if (text !== undefined) await putBack(requireArchive(ports), file, Buffer.from(text));
  const key = auditChainDocument.key(file.account);
  await transact(ports, key.anchor, [key], ([chain]) => ({
    answer: undefined,
    ...(chain && { write: recordArchiveFile(chain.value, file) }),
  }));
}

/** The name is made of the checksum, so a file that has it and other content was damaged. */
async function putBack(archive: AuditArchive, file: ArchiveFile, content: Buffer): Promise<void> {
  const name = archiveName(file);
  await archive.put(name, content).catch(async (error: unknown) => {
    if (!(error instanceof ArchiveConflict) || sha256Of(content) !== file.sha256) throw error;
    await archive.remove(name);
    await archive.put(name, content);
  });
}

/** The chain counts its records; the backup does not say how many it has lost. */
async function countKept(ports: Needs, account: AccountId): Promise<void> {
  const key = auditChainDocument.key(account);
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  if (!stored) return;
  const { first, archive } = stored.value;
  let kept = archive?.records ?? 0;
  const inStore = segmentsInStore(ports, stored.value, Math.max(first, (archive?.last ?? 0) + 1));
  for await (const { records } of inStore) kept += records.length;
  await transact(ports, key.anchor, [key], ([chain]) => ({
    answer: undefined,
    ...(chain && { write: { put: [{ key, value: { ...chain.value, kept } }] } }),
  }));
}

async function countSealed({ store, clock }: Needs, accounts: readonly AccountId[]): Promise<number> {
  let sealed = 0;
  for (const account of accounts) {
    const [chain] = await store.getMany([auditChainDocument.key(account)], clock.now());
    sealed += chain?.value.kept ?? 0;
  }
  return sealed;
}

const NO_CHAIN = { number: 0, hash: GENESIS };

/**
 * Events keep their numbers, so that a consumer continues after the last one it read. If several partitions would have
 * to become one they are left out, and new numbers continue above all earlier ones.
 */
function eventWriter({ store }: Needs, partitions: number, restored: RestoreCounts) {
  const merged = partitions > store.partitions;
  let highest = 0;
  let batch: StoredEvent[] = [];
  return async (record: Extract<BackupRecord, { s: number }>): Promise<void> => {
    if (merged) {
      if ('n' in record) restored.eventsLeft += 1;
      else if (record.last > highest) {
        highest = record.last;
        await store.restoreEvents(0, [], highest);
      }
      return;
    }
    if ('n' in record) {
      batch.push({ sequence: record.n, event: record.v as StoredEvent['event'] });
      if (batch.length < EVENT_BATCH_SIZE) return;
    }
    const last = 'last' in record ? record.last : (batch.at(-1)?.sequence ?? 0);
    await store.restoreEvents(record.s, batch, last);
    restored.events += batch.length;
    batch = [];
  };
}

function isOfDemo({ name }: RawKey, value: unknown): boolean {
  const key = storePurposeDocument.key();
  return name === key.name && (value as DocumentOf<typeof key>).purpose === 'demo';
}

async function mark(ports: Needs, value: { startedAt: number; finishedAt?: number; backedUpAt: number }) {
  const key = restorationDocument.key();
  const change = { anchor: key.anchor, operation: newOperation(ports), now: ports.clock.now(), expect: [] };
  await ports.store.commit({ ...change, put: [{ key, value }] });
}
