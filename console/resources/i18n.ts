import own from '@countersign/ui/i18n/locales/en/console/own-texts.json';
import english from '@countersign/ui/i18n/locales/en/console/resources.json';
import { createPageTexts } from '../i18n/page-texts.ts';

export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/resources.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);

/** Of the page where a resource's own texts are written. */
export const ownTexts = createPageTexts(
  own,
  import.meta.glob(['./*/console/own-texts.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
