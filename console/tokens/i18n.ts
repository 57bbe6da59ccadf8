import english from '@countersign/ui/i18n/locales/en/console/tokens.json';
import { createPageTexts } from '../i18n/page-texts.ts';

export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/tokens.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
