import type { MailDraft } from '../kernel/mail-draft.ts';

/** The mail with a code that confirms an address. */
export const draftConfirmation: MailDraft<'confirmation-code'> = ({ code, lifetimeMs }, { t, span }) => ({
  subject: t('confirmationSubject'),
  paragraphs: [t('confirmationText')],
  code,
  small: [t('confirmationExpires', { span: span(lifetimeMs) }), t('ignore')],
});
