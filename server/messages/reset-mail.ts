import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Mail, MailBrand, MailLanguage } from '../kernel/mail.ts';
import type { MailDraft } from '../kernel/mail-draft.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';

/** Long enough to find the mail, short enough that an old one in a mailbox is void. */
export const PASSWORD_RESET_LIFETIME_MS = 30 * MINUTE_MS;
/**
 * Mails that unauthenticated requests can send to one user within the lifetime of a link. Within no longer time: the
 * last mailed link then stays valid until the next mail is allowed, so an attacker cannot lock the user out (SR-49).
 */
export const RESETS_PER_USER = 2;
export const RESETS_PER_USER_WINDOW_MS = PASSWORD_RESET_LIFETIME_MS;
/** Requests from one address. */
export const RESETS_PER_ADDRESS = 20;
export const RESETS_WINDOW_MS = HOUR_MS;

/** The mail with a link to a new password, of a user or an administrator. */
export function resetMail(
  to: string,
  language: MailLanguage,
  { brand, ...facts }: { login: string; path: string; lifetimeMs?: number; brand?: MailBrand | undefined },
): Mail {
  return {
    kind: 'password-reset',
    to,
    language,
    facts: { lifetimeMs: PASSWORD_RESET_LIFETIME_MS, ...facts },
    ...omitUndefined({ brand }),
  };
}

export const draftReset: MailDraft<'password-reset'> = ({ login, path, lifetimeMs }, { t, span }) => ({
  subject: t('resetSubject'),
  paragraphs: [t('resetText', { login })],
  link: { path, label: t('resetButton') },
  small: [t('linkExpires', { span: span(lifetimeMs) }), t('ignore')],
});
