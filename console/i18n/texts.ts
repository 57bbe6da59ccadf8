import base from '@countersign/ui/i18n/locales/en/console/base.json';
import { createTranslate, loadTranslate, type MessageFiles, type Translate } from '@countersign/ui/i18n/translate';

/** Languages beside English, each loaded when it is first asked for. */
const LANGUAGES = import.meta.glob(['./*/console/base.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});
/** The languages of the console. */
export const CONSOLE_LANGUAGES: readonly string[] = ['en', ...Object.keys(LANGUAGES)];

export type TextKey = keyof typeof base;
export type Texts = Translate<TextKey>;

export const english: Texts = createTranslate('en', base);

export function loadTexts(tags: readonly string[], languages: MessageFiles = LANGUAGES): Promise<Texts> {
  return loadTranslate(languages, english, tags);
}

/** The text of a refusal; of one that no user should meet, a general one. */
export function refusalText(texts: Texts, code: string, flaw?: string): string {
  const flawed = `PASSWORD_${flaw?.toUpperCase()}`;
  if (code === 'PASSWORD_COMMON' && isText(flawed)) return texts(flawed);
  return texts(isText(code) ? code : 'unexpected');
}

function isText(key: string): key is TextKey {
  return Object.hasOwn(base, key);
}
