import type { AccountId } from './ids.ts';

/** What the signature of a segment says. */
export interface SegmentStatement {
  readonly kind: 'segment';
  readonly account: AccountId;
  readonly number: number;
  readonly hash: string;
}

/** What is said at the end of an export: from which segment to which it goes, and what comes before and at the end. */
export interface HeadStatement {
  readonly kind: 'head';
  readonly account: AccountId;
  /** One more than `last`: there is nothing in it. */
  readonly first: number;
  readonly previous: string;
  readonly last: number;
  readonly hash: string;
  /** Instant of the export. */
  readonly at: number;
}

export type AuditStatement = SegmentStatement | HeadStatement;
