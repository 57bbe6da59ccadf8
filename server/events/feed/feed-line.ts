import type { FeedLine } from '../../kernel/feed-line.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { openRecord } from '../log/personal-part.ts';
import type { AuditRecord, Segment } from '../log/segment.ts';

/** Version of the fields. It changes when one goes or changes its meaning, and not when one is added. */
const SCHEMA = 1;
/**
 * JSON escapes control characters below U+0020. The others, line separators and marks that reorder text are beyond
 * ASCII, where receivers also disagree about the encoding.
 */
const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** An event as a line of the feed: the fields of the API, with version, account and time in ISO 8601. */
export function feedLine({ account, number }: Pick<Segment, 'account' | 'number'>, record: AuditRecord): FeedLine {
  const { account: _, ...event } = openRecord(record);
  const { at, outcome } = event;
  return { text: jsonLine({ ...head(account, at), id: record.id, segment: number, ...event }), at, outcome };
}

/** Segments that cannot be sent: retention removed them, or their archive file is missing or damaged. */
export interface FeedGap {
  readonly from: number;
  readonly to: number;
}

/** The line in place of events that cannot be sent. */
export function gapLine(account: AccountId, segments: FeedGap, now: number): FeedLine {
  const gap = { type: 'feed.gap', at: now, actor: { kind: 'service' }, outcome: 'done', segments } as const;
  return { text: jsonLine({ ...head(account, now), ...gap }), at: now, outcome: gap.outcome };
}

function head(account: AccountId, at: number) {
  return { schema: SCHEMA, account, time: new Date(at).toISOString() };
}

function jsonLine(fields: object): string {
  const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(fields).replace(BEYOND_ASCII, escapeUnit);
}
