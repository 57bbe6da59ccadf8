import { languageOf } from './language-of.ts';
import { createTranslate, type Dictionary, type Translate } from './translate.ts';

/**
 * Loaders of a part's messages by language: the result of `import.meta.glob` on the files below `locales/`, as built.
 */
export type MessageFiles = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Loads the messages in the first of these BCP 47 tags that has a file. Falls back to English if there is none or it
 * does not load: a missing language must not stop a sign-in.
 */
export async function loadTranslate<Key extends string>(
  files: MessageFiles,
  english: Translate<Key>,
  tags: readonly string[],
): Promise<Translate<Key>> {
  const lang = tags.map(languageOf).find((tag) => tag === 'en' || Object.hasOwn(files, tag)) ?? 'en';
  const file = lang === 'en' ? undefined : await files[lang]?.().catch(() => undefined);
  return file ? createTranslate(lang, (file as { default: Dictionary<Key> }).default, english) : english;
}
