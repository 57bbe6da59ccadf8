import { createHash } from 'node:crypto';
import type { AccountId } from '../../kernel/ids.ts';
import type { PersonalPart, SealedEvent } from './personal-part.ts';

/** The sequence of the last consumed event per partition of the store. */
export type Cursors = Readonly<Record<string, number>>;

/** An event in the chain. */
export interface AuditRecord {
  /** `<partition>-<sequence>`: where the event was appended. It is stable and the same for every reader. */
  readonly id: string;
  readonly event: SealedEvent;
  /** Absent: the event has none, or it was erased. */
  readonly personal?: PersonalPart;
}

/** A segment of an account's chain, as it is hashed. */
export interface SegmentContent {
  readonly account: AccountId;
  /** From 1, without gaps. */
  readonly number: number;
  /** Hash of the previous segment; {@link GENESIS} for the first. */
  readonly previous: string;
  readonly sealedAt: number;
  readonly records: readonly AuditRecord[];
}

export interface Segment extends SegmentContent {
  readonly hash: string;
  /** A compact JWS over a {@link SegmentStatement}. */
  readonly signature: string;
}

/** The head of an account's chain. It changes in one commit with the segment that extends it. */
export interface AuditChain {
  readonly account: AccountId;
  /** Number and hash of the last segment. */
  readonly number: number;
  readonly hash: string;
  /** Number of the oldest retained segment (`number` + 1 if none is retained), and the hash that it continues from. */
  readonly first: number;
  readonly firstPrevious: string;
  /** Records in the retained segments. */
  readonly kept: number;
  readonly cursors: Cursors;
  /** Absent: all segments are in the store. */
  readonly archive?: ArchivedPart;
  /** How often stored segments were changed by an erasure. A file made of segments from before is not recorded. */
  readonly erasures?: number;
  /** It may be in the archive without a record, after a crash. */
  readonly writing?: FileBeingWritten;
}

/** What the name of an archive file is made of. */
export interface FileBeingWritten {
  readonly first: number;
  readonly sha256: string;
  readonly isAbandoned?: true;
}

/** The part of a chain that is in the archive. */
export interface ArchivedPart {
  /** Segments up to this number are in archive files. */
  readonly last: number;
  /** Records in the retained ones of these. */
  readonly records: number;
  /** Segments up to this number have been deleted from the store. */
  readonly cleared: number;
}

/** The chain of an account without events. */
export function emptyChain(account: AccountId): AuditChain {
  return { account, number: 0, hash: GENESIS, first: 1, firstPrevious: GENESIS, kept: 0, cursors: {} };
}

/**
 * The `typ` of a signed statement, so that it cannot be confused with other signatures of the same key (RFC 8725 3.11).
 */
export const AUDIT_TYP = 'countersign-audit+jws';

/** The hash before the first segment: 32 zero bytes. */
export const GENESIS = 'A'.repeat(43);

/** The header and the records of a segment, one line each, as they are exported. */
export function contentLines({ records, ...header }: SegmentContent): string[] {
  return [
    headerLine(header, records.length),
    ...records.map(({ event, ...rest }) => recordLine({ ...rest, text: JSON.stringify(event) })),
  ];
}

/** What precedes the records. */
export type SegmentHeader = Omit<SegmentContent, 'records'>;

function headerLine({ account, number, previous, sealedAt }: SegmentHeader, records: number): string {
  return JSON.stringify({ segment: number, account, previous, sealedAt, records });
}

/** @param text the event, as `JSON.stringify` writes it. Parsing and writing it again gives the same text. */
function recordLine({ id, text, personal }: RecordText): string {
  const hashed = `{"id":${JSON.stringify(id)},"event":${text}}`;
  return personal === undefined ? hashed : `${hashed.slice(0, -1)}${personalText(personal)}`;
}

/** Behind the hashed text of a record, in place of its last brace. */
function personalText(personal: unknown): string {
  return `,"personal":${JSON.stringify(personal)}}`;
}

/**
 * The part of a record's line that is hashed. Undefined if the line does not end with this part, as it is exported.
 *
 * @param personal the parsed part of the line
 */
export function hashedText(line: string, personal: unknown): string | undefined {
  if (personal === undefined) return line;
  const end = personalText(personal);
  return line.endsWith(end) ? `${line.slice(0, -end.length)}}` : undefined;
}

/** A record whose event is already JSON text. */
export interface RecordText {
  readonly id: string;
  readonly text: string;
  readonly personal?: PersonalPart | undefined;
}

/** Hashes a segment from the texts of its events. `document` writes the {@link Segment} as JSON, with its signature. */
export function hashSegment(
  header: SegmentHeader,
  records: readonly RecordText[],
): { hash: string; document: (signature: string) => string } {
  const lines = records.map(recordLine);
  const hashed = records.map(({ id, text }) => recordLine({ id, text }));
  const content = [headerLine(header, lines.length), ...hashed, ''].join('\n');
  const hash = createHash('sha256').update(content).digest('base64url');
  return {
    hash,
    document: (signature) => {
      const rest = JSON.stringify({ ...header, hash, signature });
      return `${rest.slice(0, -1)},"records":[${lines.join(',')}]}`;
    },
  };
}

/** The line that ends a segment. */
export function sealLine({ number, hash, signature }: Pick<Segment, 'number' | 'hash' | 'signature'>): string {
  return JSON.stringify({ seal: number, hash, signature });
}

/** The line that ends an export. */
export function headLine(signature: string): string {
  return JSON.stringify({ head: signature });
}

/** SHA-256 over lines, each with its line feed; base64url. */
export class LineHash {
  readonly #hash = createHash('sha256');

  add(line: string): this {
    this.#hash.update(line).update('\n');
    return this;
  }

  digest(): string {
    return this.#hash.digest('base64url');
  }
}
