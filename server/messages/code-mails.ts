import type { MailDraft } from '../kernel/mail-draft.ts';

/** The mail with a code to sign in with. */
export const draftSignInCode: MailDraft<'sign-in-code'> = ({ code, site, lifetimeMs, isFirst }, { t, span }) => ({
  subject: t('signInSubject', { site }),
  paragraphs: [t('signInText', { site })],
  code,
  small: [t('signInExpires', { span: span(lifetimeMs) }), t(isFirst ? 'firstCodeNotYou' : 'signInNotYou')],
});

/** The mail with a code that confirms a transaction. */
export const draftTransactionCode: MailDraft<'transaction-code'> = (
  { code, site, lifetimeMs, confirms },
  { t, span },
) => ({
  subject: t('transactionSubject', { site }),
  paragraphs: [t('transactionText', { site }), t('transactionOnly')],
  confirms,
  code,
  small: [t('transactionExpires', { span: span(lifetimeMs) }), t('transactionNotYou', { site })],
});
