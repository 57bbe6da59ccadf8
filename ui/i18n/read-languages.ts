import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { compileMessage } from './compile-message.ts';
import { languageOf } from './language-of.ts';
import type { Messages } from './message.ts';
import { createTranslate, type Translate } from './translate.ts';

/** Beside this file; the build copies it beside the server. */
const LOCALES = new URL('./locales/', import.meta.url);

export interface Language {
  /** The language's own name. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** BCP 47 tag, for dates and amounts. */
  locale: string;
}

/** Every language, English first. */
export const LANGUAGES: readonly string[] = [
  'en',
  ...readdirSync(LOCALES)
    .filter((lang) => lang !== 'en')
    .sort(),
];

const languages = new Map(LANGUAGES.map((lang) => [lang, readJson(`${lang}/language.json`) as unknown as Language]));
const translators = new Map<string, Translate<string>>();

/** @throws RangeError for a language without a folder */
export function readLanguage(lang: string): Language {
  const language = languages.get(lang);
  if (!language) throw new RangeError(`There is no language ${lang}`);
  return language;
}

/**
 * The messages of a file in a language; in English if the language lacks the file.
 *
 * @param file below the language's folder, without `.json`
 */
export function readTranslate<Key extends string>(lang: string, file: string): Translate<Key> {
  const spoken = languages.has(lang) && existsSync(new URL(`${lang}/${file}.json`, LOCALES)) ? lang : 'en';
  const path = `${spoken}/${file}.json`;
  let translate = translators.get(path);
  if (!translate) {
    translate = createTranslate(spoken, compileMessages(path));
    translators.set(path, translate);
  }
  return translate;
}

/** The first known language of these BCP 47 tags; otherwise English. */
export function matchLanguage(tags: readonly string[]): string {
  return tags.map(languageOf).find((lang) => languages.has(lang)) ?? 'en';
}

/** The messages of a file as they are written, by key. */
export function readMessages(lang: string, file: string): Readonly<Record<string, string>> {
  return readJson(`${lang}/${file}.json`);
}

/** @param path below `locales/` */
export function compileMessages(path: string): Messages<string> {
  const { direction } = readLanguage(path.split('/', 1)[0] ?? '');
  const texts = Object.entries(readJson(path));
  return Object.fromEntries(texts.map(([key, text]) => [key, compileMessage(text, direction)]));
}

function readJson(path: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(path, LOCALES), 'utf8')) as Record<string, string>;
}
