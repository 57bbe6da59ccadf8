import type { MailDraft } from '../../../kernel/mail-draft.ts';

/** The mail about a sign-in from a new browser or network. */
export const draftNewSignIn: MailDraft<'new-sign-in'> = (
  { login, site, at, address, path, lifetimeMs },
  { t, when, span },
) => ({
  subject: t('newSignInSubject', { site }),
  paragraphs: [t('newSignInText', { login, site }), when(at, address), t('newSignInNotYou', { site, login })],
  link: { path, label: t('newSignInButton') },
  small: [t('linkExpires', { span: span(lifetimeMs) }), t('newSignInYou')],
});

/** The mail to an administrator about a sign-in that its user reported. */
export const draftReportedSignIn: MailDraft<'sign-in-reported'> = ({ login, site }, { t }) => ({
  subject: t('reportedSubject', { login }),
  paragraphs: [t('reportedText', { login, site }), t('reportedNext')],
  small: [],
});
