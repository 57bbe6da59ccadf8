import { loadTranslate, type MessageFiles } from '@countersign/ui/i18n/load-translate';
import base from '@countersign/ui/i18n/locales/en/console/base.json';
import { createTranslate, type Translate } from '@countersign/ui/i18n/translate';

/** Languages beside English, each loaded on first use. */
const LANGUAGES = import.meta.glob(['./*/console/base.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});
export const CONSOLE_LANGUAGES: readonly string[] = ['en', ...Object.keys(LANGUAGES)];

export type TextKey = keyof typeof base;
export type Texts = Translate<TextKey>;

export const english: Texts = createTranslate('en', base);

export function loadTexts(tags: readonly string[], languages: MessageFiles = LANGUAGES): Promise<Texts> {
  return loadTranslate(languages, english, tags);
}

/** The text of a refusal; a general text for a code that users should not see. */
export function refusalText(texts: Texts, code: string, flaw?: string): string {
  const flawed = `PASSWORD_${flaw?.toUpperCase()}`;
  if (code === 'PASSWORD_COMMON' && isText(flawed)) return texts(flawed);
  return texts(isText(code) ? code : 'unexpected');
}

function isText(key: string): key is TextKey {
  return Object.hasOwn(base, key);
}
