import type { MailDraft } from '../../kernel/mail-draft.ts';

/** The mail with a link to a new token. */
export const draftEnrolmentLink: MailDraft<'enrolment-link'> = ({ login, site, path, lifetimeMs }, { t, span }) => ({
  subject: t('enrolmentSubject', { site }),
  paragraphs: [t('enrolmentText', { login, site })],
  link: { path, label: t('enrolmentButton') },
  small: [t('linkExpires', { span: span(lifetimeMs) }), t('ignore')],
});
