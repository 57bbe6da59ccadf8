import type { MailLanguage } from '../kernel/mail.ts';
import type { MailDraft } from '../kernel/mail-draft.ts';
import { mayAdminister } from '../kernel/policy.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { HOUR_MS } from '../kernel/time.ts';
import { MAIL_FAILURE_TEXTS } from './mail-failure-texts.ts';

/** Test mails of one account within an hour: they go to any address. */
const TEST_MAILS = 10;

/** Sends a test mail, to see that mail arrives. */
export async function sendTestMail(
  { store, clock, courier }: Pick<Ports, 'store' | 'clock' | 'courier'>,
  { actor }: RequestContext,
  { to, language }: { to: string; language: MailLanguage },
): Promise<Result<{ to: string }>> {
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  if (courier.isAbsent) return refusal('MAIL_NOT_CONFIGURED');
  const now = clock.now();
  const rate = await store.increment(`test-mail/of/${actor.account}`, HOUR_MS, TEST_MAILS, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
  try {
    await courier.send({ kind: 'test-message', to, language, facts: {} });
  } catch (error) {
    if (!(error instanceof MailerUnavailable)) throw error;
    return refusal('MAIL_NOT_SENT', { detail: MAIL_FAILURE_TEXTS[error.failure] });
  }
  return { to };
}

export const draftTestMessage: MailDraft<'test-message'> = (_facts, { t }) => ({
  subject: t('testSubject'),
  paragraphs: [t('testText')],
  small: [t('ignore')],
});
