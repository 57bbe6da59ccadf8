import english from '@countersign/ui/i18n/locales/en/console/mail.json';
import { createPageTexts } from '../i18n/page-texts.ts';

export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/mail.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
