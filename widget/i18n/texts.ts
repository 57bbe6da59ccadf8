import type { MessageFiles } from '@countersign/ui/i18n/load-translate';
import type mailed from '@countersign/ui/i18n/locales/en/widget/mailed.json';
import type passkeys from '@countersign/ui/i18n/locales/en/widget/passkeys.json';
import signIn from '@countersign/ui/i18n/locales/en/widget/sign-in.json';
import type signing from '@countersign/ui/i18n/locales/en/widget/signing.json';
import type standalone from '@countersign/ui/i18n/locales/en/widget/standalone.json';
import type trust from '@countersign/ui/i18n/locales/en/widget/trust.json';
import { createTranslate, type Dictionary, type Translate } from '@countersign/ui/i18n/translate';

export type TextKey =
  | keyof typeof signIn
  | keyof typeof mailed
  | keyof typeof passkeys
  | keyof typeof signing
  | keyof typeof standalone
  | keyof typeof trust;
export type Texts = Translate<TextKey>;

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

export function loadTexts(tags: readonly string[], languages?: MessageFiles): Promise<Texts> {
  return loadInLanguage(english, tags, languages);
}

/** The texts with those of the resource, if its document says that it has some. */
export const withOwnTexts = <Key extends string>(ours: Translate<Key>, parts?: readonly string[]) =>
  document.documentElement.dataset.texts
    ? import('./own-texts.ts').then(
        (late) => late.replaceTexts(ours, parts),
        () => ours,
      )
    : ours;

/** The texts of a part in the first of these languages that it has. Falls back to English if nothing can be loaded. */
export async function loadInLanguage<Key extends string>(
  inEnglish: Translate<Key>,
  tags: readonly string[],
  files?: MessageFiles,
): Promise<Translate<Key>> {
  if (/^en\b/i.test(tags[0] ?? '')) return inEnglish;
  const late = await import('./languages.ts').catch(() => undefined);
  return late ? late.loadTranslate(files ?? late.SIGN_IN, inEnglish, tags) : inEnglish;
}
