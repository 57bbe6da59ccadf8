/** Why a try got no response. */
export const SEND_FAILURES = [
  'url-refused',
  'address-refused',
  'name-not-found',
  'connection-failed',
  'tls-failed',
  'timed-out',
  'answer-unreadable',
  'interrupted',
] as const;
export type SendFailure = (typeof SEND_FAILURES)[number];

/** The outcome of one try. */
export type SendOutcome =
  | { kind: 'answered'; status: number; retryAfterMs?: number }
  | { kind: 'failed'; failure: SendFailure };
