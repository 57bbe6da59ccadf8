import type { AccountId } from './ids.ts';

/** The signed statement of a segment. */
interface SegmentStatement {
  readonly kind: 'segment';
  readonly account: AccountId;
  readonly number: number;
  readonly hash: string;
}

/** The signed statement at the end of an export: its first and last segment, and the hashes before and at the end. */
interface HeadStatement {
  readonly kind: 'head';
  readonly account: AccountId;
  /** One more than `last` if it is empty. */
  readonly first: number;
  readonly previous: string;
  readonly last: number;
  readonly hash: string;
  /** Instant of the export. */
  readonly at: number;
}

export type AuditStatement = SegmentStatement | HeadStatement;
