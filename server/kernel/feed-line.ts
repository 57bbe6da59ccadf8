import type { AccountEvent } from './event.ts';

/** A line of the audit feed. */
export interface FeedLine {
  /** JSON in ASCII, without a line feed. */
  readonly text: string;
  /** When the event happened. */
  readonly at: number;
  readonly outcome: AccountEvent['outcome'];
}
