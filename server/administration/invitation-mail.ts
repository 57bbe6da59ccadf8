import type { MailDraft } from '../kernel/mail-draft.ts';

/** The mail with the link of an invitation. */
export const draftInvitation: MailDraft<'administrator-invitation'> = (
  { account, inviter, path, expiresAt },
  { t, instant },
) => ({
  subject: t('invitationSubject', { account }),
  paragraphs: [
    inviter === undefined ? t('invitationText', { account }) : t('invitationTextFrom', { account, inviter }),
  ],
  link: { path, label: t('invitationButton') },
  small: [t('invitationExpires', { instant: instant(expiresAt) }), t('ignore')],
});
