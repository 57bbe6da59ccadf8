import english from '@countersign/ui/i18n/locales/en/console/shared.json';
import { createPageTexts } from '../i18n/page-texts.ts';

/** Texts shared by the pages of users and tokens. */
export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/shared.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);

export type SharedText = keyof typeof english;
