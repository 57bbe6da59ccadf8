import type { MailDraft } from '../../../kernel/mail-draft.ts';

/** The mail with a link that unlocks tokens. */
export const draftUnlockLink: MailDraft<'unlock-link'> = ({ login, path, lifetimeMs }, { t, span }) => ({
  subject: t('unlockSubject'),
  paragraphs: [t('unlockText', { login }), t('unlockNotYou')],
  link: { path, label: t('unlockButton') },
  small: [t('linkExpires', { span: span(lifetimeMs) })],
});
