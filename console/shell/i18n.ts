import english from '@countersign/ui/i18n/locales/en/console/shell.json';
import { createPageTexts } from '../i18n/page-texts.ts';

/** Texts of every page; loaded with the shell. */
export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/shell.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);

/** A name in the quotation marks of the language. */
export function quoted(name = ''): string {
  return t('quoted', { name });
}

export type ShellText = keyof typeof english;
