import type { PasswordRemedy } from '@countersign/protocol/flow';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';

const PAGES: Readonly<Record<Exclude<PasswordRemedy, 'administrator'>, string>> = {
  'self-service': '/widget/v1/self',
  reset: '/reset',
};

/** Where to change a password that was stolen elsewhere. */
export function PasswordRemedyLink({ remedy, t }: { remedy: PasswordRemedy; t: EnrolmentTexts }) {
  if (remedy === 'administrator') return <p>{t('askForPassword')}</p>;
  const { lang, dataset } = document.documentElement;
  const hints = new URLSearchParams(location.search);
  const query = new URLSearchParams({ resource: dataset.resource ?? hints.get('resource') ?? '', lang });
  // The page leads back to the site from where it was opened.
  const origin = hints.get('origin');
  if (origin) query.set('origin', origin);
  return (
    <a class="link" href={`${PAGES[remedy]}?${query}`} target="_blank" rel="noreferrer">
      {t('changePassword')}
    </a>
  );
}
