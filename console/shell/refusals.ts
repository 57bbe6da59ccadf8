import english from '@countersign/ui/i18n/locales/en/console/refusals.json';
import { createPageTexts } from '../i18n/page-texts.ts';

/** Refusals that only signed-in administrators get. */
export const refusals = createPageTexts(
  english,
  import.meta.glob(['./*/console/refusals.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
