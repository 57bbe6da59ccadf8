import { hash } from 'node:crypto';
import type { AccountId } from '../../kernel/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { type IdFilter, makeIdFilter } from './id-filter.ts';
import type { SealedRecord } from './sealed-record.ts';
import { hasTerms, type SearchTerm, searchTerms, termsOfKind } from './search-terms.ts';
import { type AuditRecord, contentLines, type Segment, sealLine } from './segment.ts';

/** Segments that were moved out of the store into one file: the lines that an export prints of them. */
export interface ArchiveFile {
  readonly account: AccountId;
  /** Numbers of its first and its last segment. */
  readonly first: number;
  readonly last: number;
  readonly records: number;
  /** When its last segment was sealed. */
  readonly sealedAt: number;
  /** The hash that its first segment continues from, and the hash of its last. */
  readonly previous: string;
  readonly hash: string;
  readonly bytes: number;
  /** Of the file, in hex. */
  readonly sha256: string;
  /** The UTC hours of its records. */
  readonly hours: readonly ArchivedHour[];
  /** The ids and other terms by which its records are found. */
  readonly ids: IdFilter;
  /** The types, unusual outcomes and reasons of its records: a search for one of them skips the other files. */
  readonly kinds: readonly SearchTerm[];
}

/** Instants of the newest and the oldest record of an hour. */
export interface ArchivedHour {
  readonly newest: number;
  readonly oldest: number;
}

/** Segments stay in the store this long, where lists find them soonest. */
const SETTLED_MS = 10 * MINUTE_MS;
/** A file is complete with this many records: one list reads it as a whole. */
const FILE_RECORDS = 500;

/**
 * The segments of an account's next file, or undefined while it is not complete: it ends with {@link FILE_RECORDS}, or
 * with the UTC day. Once complete it depends on the segments alone, so that a repetition makes the same file.
 */
export async function nextFile(
  segments: AsyncIterable<Segment>,
  now: number,
): Promise<readonly [Segment, ...Segment[]] | undefined> {
  const taken: Segment[] = [];
  const found = () => nonEmpty(taken);
  let records = 0;
  let day: number | undefined;
  for await (const segment of segments) {
    day ??= dayOf(segment.sealedAt);
    if (dayOf(segment.sealedAt) !== day) return found();
    if (segment.sealedAt <= now && segment.sealedAt > now - SETTLED_MS) return undefined;
    taken.push(segment);
    records += segment.records.length;
    if (records >= FILE_RECORDS) return found();
  }
  return isDayOver(day, now) ? found() : undefined;
}

/** Whether {@link nextFile} can find a file, without reading more than the first segment. */
export function mayBeComplete(first: Pick<Segment, 'sealedAt'>, records: number, now: number): boolean {
  return records >= FILE_RECORDS || isDayOver(dayOf(first.sealedAt), now);
}

function isDayOver(day: number | undefined, now: number): boolean {
  return day !== undefined && day !== dayOf(now - SETTLED_MS);
}

function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

function nonEmpty<T>(items: readonly T[]): readonly [T, ...T[]] | undefined {
  const [first, ...rest] = items;
  return first === undefined ? undefined : [first, ...rest];
}

export function makeArchiveFile(segments: readonly [Segment, ...Segment[]]): { file: ArchiveFile; content: Buffer } {
  const [first] = segments;
  const last = segments.at(-1) ?? first;
  const content = Buffer.from(segments.map(segmentLines).join(''));
  const records = segments.flatMap((segment) => segment.records);
  const file: ArchiveFile = {
    account: first.account,
    first: first.number,
    last: last.number,
    records: records.length,
    sealedAt: last.sealedAt,
    previous: first.previous,
    hash: last.hash,
    bytes: content.length,
    sha256: sha256Of(content),
    hours: hoursOf(records),
    ids: makeIdFilter(new Set(records.flatMap(({ event }) => searchTerms(event)))),
    kinds: [...new Set(records.flatMap(({ event }) => termsOfKind(event)))],
  };
  return { file, content };
}

/** The lines of a segment in an export. */
export function segmentLines(segment: Segment): string {
  return [...contentLines(segment), sealLine(segment), ''].join('\n');
}

export function sha256Of(content: Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/**
 * The name of the file. It depends on the content: after a restore the chain has other segments under the same numbers,
 * and a file is never overwritten.
 */
export function archiveName({ account, first, sha256 }: Pick<ArchiveFile, 'account' | 'first' | 'sha256'>): string {
  return `${account}/${String(first).padStart(16, '0')}-${sha256.slice(0, 32)}.jsonl`;
}

export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

/** The instant that sorts last in an hour. */
export function endOfHour(hour: number): number {
  return (hour + 1) * HOUR_MS - 1;
}

function hoursOf(records: readonly AuditRecord[]): ArchivedHour[] {
  const hours = new Map<number, ArchivedHour>();
  for (const { event } of records) {
    const { newest, oldest } = hours.get(hourOf(event.at)) ?? { newest: event.at, oldest: event.at };
    hours.set(hourOf(event.at), { newest: Math.max(newest, event.at), oldest: Math.min(oldest, event.at) });
  }
  return [...hours.values()];
}

/** The records of a file that have all these terms. Lines without one are not parsed. */
export function recordsOfFile(text: string, terms: readonly SearchTerm[]): SealedRecord[] {
  const found: SealedRecord[] = [];
  const quoted = terms.map((term) => JSON.stringify(term.replace(/^=/, '')));
  let segment = 0;
  let position = -1;
  for (const line of text.split('\n')) {
    if (line.startsWith('{"segment":')) {
      segment = (JSON.parse(line) as { segment: number }).segment;
      position = -1;
    } else if (line.startsWith('{"id":')) {
      position += 1;
      if (!quoted.every((word) => line.includes(word))) continue;
      const record = JSON.parse(line) as AuditRecord;
      if (hasTerms(record.event, terms)) found.push({ ...record, segment, position });
    }
  }
  return found;
}

/** The segments in the text of a file. */
export function segmentsOfFile(text: string): Segment[] {
  type Header = { segment: number } & Pick<Segment, 'account' | 'previous' | 'sealedAt'>;
  const segments: Segment[] = [];
  let header: Header | undefined;
  let records: AuditRecord[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const parsed = JSON.parse(line) as Header | AuditRecord | { seal: number; hash: string; signature: string };
    if ('segment' in parsed) {
      header = parsed;
      records = [];
    } else if ('id' in parsed) records.push(parsed);
    else if (header) {
      const { segment: number, account, previous, sealedAt } = header;
      const { hash: digest, signature } = parsed;
      segments.push({ account, number, previous, sealedAt, records, hash: digest, signature });
    }
  }
  return segments;
}
