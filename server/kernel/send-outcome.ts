import type { SendFailure } from '@countersign/protocol/webhooks';
/** The outcome of one try. */
export type SendOutcome =
  | { kind: 'answered'; status: number; retryAfterMs?: number }
  | { kind: 'failed'; failure: SendFailure };
