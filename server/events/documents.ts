import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { RawKey } from '../kernel/ports/store.ts';
import { defineDocument, type RestoreContext } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import type { FeedState } from './feed/feed-lease.ts';
import type { ArchiveFile } from './log/archive-file.ts';
import { parseEventEntry, segmentText, timeSort } from './log/event-entry.ts';
import type { SearchTerm } from './log/search-terms.ts';
import type { AuditChain, Cursors, Segment } from './log/segment.ts';
import type { AccountStatistics, DayCounters } from './statistics/day-counters.ts';

const auditAnchor = (account: AccountId): string => `audit/${account}`;

/** Whether a segment is a part of the restored chain. */
function isRestored({ heads, beginnings }: RestoreContext, anchor: string, segment: number): boolean {
  return segment <= (heads.get(anchor) ?? 0) && segment >= (beginnings?.get(anchor)?.first ?? 0);
}

/** Every consumer of events. */
export const CONSUMERS = ['audit', 'statistics', 'webhooks', 'last-sign-ins'] as const;
export type ConsumerName = (typeof CONSUMERS)[number];

/**
 * Cursor of each consumer over all accounts. It may lag behind the cursors of the accounts and is never ahead of them:
 * a backup reads it first.
 */
export const consumerDocument = defineDocument<{ cursors: Cursors }, [name: string]>({
  kind: 'consumer',
  description: 'How far a consumer has read the events of each partition.',
  anchor: 'consumer',
  key: (name) => [`consumer/${name}`],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const auditChainDocument = defineDocument<AuditChain, [account: AccountId]>({
  kind: 'chain',
  description: "The head of an account's audit log.",
  anchor: 'audit log of an account',
  key: (account) => [auditAnchor(account)],
  secrets: 'none',
  onRestore: {
    change: 'the head of the segments; archived ones are counted when they are restored',
    rule: ({ archive: _, writing: __, ...chain }, { heads, beginnings }, { anchor }) => {
      heads.set(anchor, chain.number);
      return { ...chain, ...beginnings?.get(anchor) };
    },
  },
  expires: 'never',
  isHead: true,
});

export const segmentDocument = defineDocument<Segment, [account: AccountId, number: number]>({
  kind: 'segment',
  description: 'A signed piece of an audit log: events with who did what, from which address.',
  anchor: 'audit log of an account',
  key: (account, number) => [auditAnchor(account), number],
  secrets: 'none',
  onRestore: {
    change: 'up to the head of the series, unless they expired while the backup ran',
    rule: (segment, context, { anchor, name }) =>
      isRestored(context, anchor, Number(name.split('/')[1])) ? segment : undefined,
  },
  expires: 'never; deleted after the retention time, or when it is in an archive file',
});

/** The files of an account by the last of their segments, and by the newest record of each hour, of all or of a kind. */
export const archiveIndexes = defineIndexes(
  { kind: 'archive', anchorOf: (_, account) => auditAnchor(account as AccountId), onRestore: 'drop' },
  {
    byNumber: (account: AccountId) => `${account}/number`,
    byTime: (account: AccountId) => `${account}/time`,
    ofKind: (account: AccountId, term: SearchTerm) => `${account}/kind/${term}`,
  },
);

export function isArchiveIndex(name: string): boolean {
  return name.startsWith('archive/');
}

/** A backup holds each together with its file, which a restore writes to the archive. */
export const archiveFileDocument = defineDocument<ArchiveFile, [account: AccountId, first: number]>({
  kind: 'archive-file',
  description: 'Where a part of an audit log is in the archive, with its checksum.',
  anchor: 'audit log of an account',
  key: (account, first) => [auditAnchor(account), first],
  indexes: ({ account, first, last, hours, kinds }) => [
    { index: archiveIndexes.byNumber(account), entry: { sort: segmentText(last), id: segmentText(first) } },
    ...hours.flatMap(({ newest, oldest }) => {
      const entry = { sort: timeSort(newest), id: `${segmentText(first)}.${oldest.toString(36)}` };
      const ofKinds = kinds.map((term) => archiveIndexes.ofKind(account, term));
      return [archiveIndexes.byTime(account), ...ofKinds].map((index) => ({ index, entry }));
    }),
  ],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never; deleted with its file after the retention time',
});

/** What the key of such a document names. */
export function archiveFileOf({ anchor, name }: RawKey): Pick<ArchiveFile, 'account' | 'first'> {
  return {
    account: anchor.slice(auditAnchor('' as AccountId).length) as AccountId,
    first: Number(name.slice(name.indexOf('/') + 1)),
  };
}

const statisticsAnchor = (account: AccountId): string => `statistics/${account}`;

/** Counters may be some seconds ahead of the cursor. A restore counts those sign-ins twice. */
export const statisticsDocument = defineDocument<AccountStatistics, [account: AccountId]>({
  kind: 'statistics',
  description: 'How far the sign-ins of an account are counted.',
  anchor: 'statistics of an account',
  key: (account) => [statisticsAnchor(account)],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
  isHead: true,
});

type OfDay = [account: AccountId, resource: ResourceId | undefined, day: string];

/** Without a resource, the counters of all resources. `day`: UTC, `2027-01-15`. */
export const dayDocument = defineDocument<DayCounters, OfDay>({
  kind: 'day',
  description: 'Counters of the sign-ins of one day.',
  anchor: 'statistics of an account',
  key: (account, resource, day) => [statisticsAnchor(account), `${resource ?? 'all'}/${day}`],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'after the retention time of statistics',
});

/** Events in the audit log by their time; see `eventEntry`. */
export const eventIndexes = defineIndexes(
  {
    kind: 'events',
    anchorOf: (_, account) => `audit/${account}`,
    onRestore: (id, context, account) =>
      isRestored(context, auditAnchor(account as AccountId), parseEventEntry({ id })?.segment ?? 0),
  },
  {
    all: (account: AccountId) => account,
    /** Events that have this search term: an id that they name, their type, outcome or reason. */
    about: (account: AccountId, term: string) => `${account}/${term}`,
  },
);

export const feedStateDocument = defineDocument<FeedState, []>({
  kind: 'feed',
  description: 'Which process sends the audit feed, and how far it has come.',
  anchor: 'audit feed',
  key: () => ['audit-feed'],
  secrets: 'none',
  onRestore: {
    change: 'without the process that holds it',
    rule: ({ holder: _, ...state }) => ({ ...state, until: 0 }),
  },
  expires: 'never',
});

export const feedCursorDocument = defineDocument<{ number: number }, [account: AccountId]>({
  kind: 'feed-cursor',
  description: 'The last segment of an account that the audit feed has sent.',
  anchor: 'audit log of an account',
  key: (account) => [auditAnchor(account)],
  secrets: 'none',
  onRestore: {
    change: 'at most the head of the segments: what comes after it then is new',
    rule: ({ number }, { heads }, { anchor }) => ({ number: Math.min(number, heads.get(anchor) ?? 0) }),
  },
  expires: 'never',
});

/** Accounts with sealed events that the feed has not sent. A start finds them again by their cursors. */
export const feedIndexes = defineIndexes(
  { kind: 'feed', anchorOf: ({ id }) => auditAnchor(id as AccountId), onRestore: 'drop' },
  { pending: () => 'pending' },
);

/** Every account that a consumer of events has a state for. The state has its own anchor; the entry is the account. */
export const consumerIndexes = defineIndexes(
  { kind: 'consumer', anchorOf: ({ id }, consumer) => `${consumer}/${id}`, onRestore: 'keep' },
  { accounts: (consumer: string) => `${consumer}/accounts` },
);
