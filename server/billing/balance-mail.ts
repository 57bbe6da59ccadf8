import type { MailDraft } from '../kernel/mail-draft.ts';

/** The mail about a balance that does not cover the next fee. */
export const draftLowBalance: MailDraft<'low-balance'> = (
  { account, balance, nextDebit, currency, dueAt },
  { t, amount, instant },
) => ({
  subject: t('balanceSubject', { account }),
  paragraphs: [
    t('balanceText', { account, balance: amount(balance, currency) }),
    t('balanceDue', { amount: amount(nextDebit, currency), instant: instant(dueAt) }),
  ],
  small: [],
});
