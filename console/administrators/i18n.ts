import english from '@countersign/ui/i18n/locales/en/console/administrators.json';
import { createPageTexts } from '../i18n/page-texts.ts';

export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/administrators.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
