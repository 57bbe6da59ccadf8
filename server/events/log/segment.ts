import { createHash } from 'node:crypto';
import type { AccountEvent } from '../../kernel/event.ts';
import type { AccountId } from '../../kernel/ids.ts';

/** The sequence of the last consumed event per partition of the store. */
export type Cursors = Readonly<Record<string, number>>;

/** An event in the chain. */
export interface AuditRecord {
  /** `<partition>-<sequence>`: where the event was appended. It is stable and the same for every reader. */
  readonly id: string;
  readonly event: AccountEvent;
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
}

/**
 * The `typ` of a signed statement, so that it cannot be confused with other signatures of the same key (RFC 8725 3.11).
 */
export const AUDIT_TYP = 'countersign-audit+jws';

/** The hash before the first segment: 32 zero bytes. */
export const GENESIS = 'A'.repeat(43);

/** The hashed content of a segment: its header and its records, one line each, exactly as they are exported. */
export function contentLines({ account, number, previous, sealedAt, records }: SegmentContent): string[] {
  const beginning = { segment: number, account, previous, sealedAt, records: records.length };
  return [JSON.stringify(beginning), ...records.map(({ id, event }) => JSON.stringify({ id, event }))];
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

export function hashOf(content: SegmentContent): string {
  const hash = new LineHash();
  for (const line of contentLines(content)) hash.add(line);
  return hash.digest();
}
