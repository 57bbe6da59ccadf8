import type { MailFailure } from '../kernel/mail.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** What became of the last mails of this installation. Neither an address nor the words of the server. */
export interface MailStatus {
  lastSuccessAt?: number;
  lastFailure?: { at: number; cause: MailFailure };
}

/** Of a mail that was sent, or not. */
export type MailOutcome = 'sent' | MailFailure;

/** An outcome like the last one is recorded this often. */
const RECORD_INTERVAL_MS = MINUTE_MS;

/** Whether to record an outcome, after the last one that this process recorded: mails are many. */
export function isNews(last: { outcome: MailOutcome; at: number } | undefined, outcome: MailOutcome, now: number) {
  return last?.outcome !== outcome || now < last.at || now - last.at >= RECORD_INTERVAL_MS;
}

export function withOutcome(status: MailStatus, outcome: MailOutcome, now: number): MailStatus {
  return outcome === 'sent'
    ? { ...status, lastSuccessAt: now }
    : { ...status, lastFailure: { at: now, cause: outcome } };
}
