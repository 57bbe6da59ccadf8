import type passkeys from '@countersign/ui/i18n/locales/en/widget/passkeys.json';
import signIn from '@countersign/ui/i18n/locales/en/widget/sign-in.json';
import type signing from '@countersign/ui/i18n/locales/en/widget/signing.json';
import type standalone from '@countersign/ui/i18n/locales/en/widget/standalone.json';
import {
  createTranslate,
  type Dictionary,
  loadTranslate,
  type MessageFiles,
  type Translate,
} from '@countersign/ui/i18n/translate';

export type TextKey = keyof typeof signIn | keyof typeof passkeys | keyof typeof signing | keyof typeof standalone;
export type Texts = Translate<TextKey>;

/** Languages beside English, each one file and loaded on first use. */
const LANGUAGES = import.meta.glob(['./*/widget/sign-in.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});

/** The texts of the sign-in, plus those of parts loaded since. */
const known: Dictionary<TextKey> = signIn;
export const english: Texts = createTranslate('en', known);

/** Adds the English texts of a part loaded later; other languages have all texts in one file. */
export function addEnglish(texts: Dictionary<TextKey>): void {
  Object.assign(known, texts);
}

export function isText(key: string): key is TextKey {
  return Object.hasOwn(known, key);
}

export function loadTexts(tags: readonly string[], languages: MessageFiles = LANGUAGES): Promise<Texts> {
  return loadTranslate(languages, english, tags);
}
