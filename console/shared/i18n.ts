import english from '@countersign/ui/i18n/locales/en/console/shared.json';
import { createPageTexts } from '../i18n/page-texts.ts';

/** What the pages of users and of tokens both say. */
export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/shared.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);

export type SharedText = keyof typeof english;
