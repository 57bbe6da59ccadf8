import { draftInvitation } from '../administration/invitation-mail.ts';
import { draftLowBalance } from '../billing/balance-mail.ts';
import type { ComposedMail, Mail } from '../kernel/mail.ts';
import type { MailDrafts } from '../kernel/mail-draft.ts';
import { draftSignInCode, draftTransactionCode } from '../messages/code-mails.ts';
import { draftConfirmation } from '../messages/confirmation-mail.ts';
import { composeMail as composeWith } from '../messages/mail/compose.ts';
import { draftNotice } from '../messages/notify.ts';
import { draftReset } from '../messages/reset-mail.ts';
import { draftTestMessage } from '../messages/send-test-mail.ts';
import { draftEnrolmentLink } from '../sign-in/enrolment/enrolment-mail.ts';
import { draftUnlockLink } from '../sign-in/recovery/unlock/unlock-mail.ts';
import { draftNewSignIn, draftReportedSignIn } from '../sign-in/rules/notices/notice-mails.ts';

/** Each feature writes its mails. */
const DRAFTS: MailDrafts = {
  'administrator-invitation': draftInvitation,
  'confirmation-code': draftConfirmation,
  'sign-in-code': draftSignInCode,
  'transaction-code': draftTransactionCode,
  'password-reset': draftReset,
  'enrolment-link': draftEnrolmentLink,
  'unlock-link': draftUnlockLink,
  'new-sign-in': draftNewSignIn,
  'sign-in-reported': draftReportedSignIn,
  'security-notice': draftNotice,
  'test-message': draftTestMessage,
  'low-balance': draftLowBalance,
};

/** Renders a mail. @param url the public URL, an origin */
export function composeMail(mail: Mail, url: string): ComposedMail {
  return composeWith(DRAFTS, mail, url);
}
