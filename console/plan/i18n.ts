import english from '@countersign/ui/i18n/locales/en/console/plan.json';
import { createPageTexts } from '../i18n/page-texts.ts';

export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/plan.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
