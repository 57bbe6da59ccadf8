import type passkeys from '@countersign/ui/i18n/locales/en/widget/passkeys.json';
import signIn from '@countersign/ui/i18n/locales/en/widget/sign-in.json';
import type signing from '@countersign/ui/i18n/locales/en/widget/signing.json';
import {
  createTranslate,
  type Dictionary,
  loadTranslate,
  type MessageFiles,
  type Translate,
} from '@countersign/ui/i18n/translate';

export type TextKey = keyof typeof signIn | keyof typeof passkeys | keyof typeof signing;
export type Texts = Translate<TextKey>;

/** Languages beside English, each in one piece and loaded when it is first asked for. */
const LANGUAGES = import.meta.glob(['./*/widget/sign-in.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});

/** What is always there, and what parts brought along that were loaded since. */
const known: Dictionary<TextKey> = signIn;
export const english: Texts = createTranslate('en', known);

/** A part that is loaded later brings its own English; other languages have all of theirs in one piece. */
export function addEnglish(texts: Dictionary<TextKey>): void {
  Object.assign(known, texts);
}

export function isText(key: string): key is TextKey {
  return Object.hasOwn(known, key);
}

export function loadTexts(tags: readonly string[], languages: MessageFiles = LANGUAGES): Promise<Texts> {
  return loadTranslate(languages, english, tags);
}
