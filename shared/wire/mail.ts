/** The response of `GET /v1/mail`. */
export interface MailView {
  configured: boolean;
  lastSuccessAt?: number;
  lastFailure?: { at: number; cause: MailFailure };
}

/** Why a mail server did not take a message, in one word. */
export const MAIL_FAILURES = [
  'unreachable',
  'timeout',
  'tls',
  'authentication',
  'sender',
  'recipient',
  'refused',
] as const;
export type MailFailure = (typeof MAIL_FAILURES)[number];
