import { IMPORT_FLAWS, IMPORT_WARNINGS } from '@countersign/protocol/token-import';
import { createPageTexts } from '../i18n/page-texts.ts';

/** The errors of a token file; the service defines the English texts. */
const english = { ...IMPORT_FLAWS, ...IMPORT_WARNINGS };

export const flaws = createPageTexts(
  english,
  import.meta.glob('./*/console/import-flaws.json', { base: '/ui/i18n/locales/' }),
);

export type Flaw = keyof typeof english;

export function isFlaw(code: string | undefined): code is Flaw {
  return code !== undefined && flaws.has(code);
}
