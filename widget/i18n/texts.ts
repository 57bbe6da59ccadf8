import { type Dictionary, en, type TextKey } from './en.ts';

/** Languages beside English, each loaded when first asked for. */
const LANGUAGES: Record<string, () => Promise<Dictionary>> = {
  ar: () => import('./ar.ts').then(({ ar }) => ar),
  de: () => import('./de.ts').then(({ de }) => de),
};
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

export interface Texts {
  /** The language the texts are in. */
  lang: string;
  dir: 'ltr' | 'rtl';
  /** The text in this language, else in English; `{0}` is replaced by the value. */
  (key: TextKey, value?: string | number): string;
}

/** English: what is always there, and what parts brought along that were loaded since. */
const known: { [Key in TextKey]?: string } = en;

/** A part that is loaded later brings its own English; other languages have all of theirs in one piece. */
export function addEnglish(texts: Dictionary): void {
  Object.assign(known, texts);
}

export function isText(key: string): key is TextKey {
  return Object.hasOwn(known, key);
}

/**
 * Texts from a dictionary, each missing one from English. Words that are put in where one reads from right to left are
 * kept apart from the sentence around them (UAX 9): the end of a phone number stays its end.
 */
export function textsOf(lang: string, dictionary: Dictionary): Texts {
  const dir = RIGHT_TO_LEFT.has(lang) ? 'rtl' : 'ltr';
  const isolated = (value: string) => (dir === 'rtl' ? `\u2068${value}\u2069` : value);
  const text = (key: TextKey, value: string | number = '') =>
    (dictionary[key] ?? known[key] ?? '').replace('{0}', () =>
      typeof value === 'string' ? isolated(value) : `${value}`,
    );
  return Object.assign(text, { lang, dir } as const);
}

export const english: Texts = textsOf('en', en);

/**
 * The first of these BCP 47 tags that there is a dictionary for, by its primary language. English if there is none or
 * it does not load: a missing language never stops a sign-in.
 */
export async function loadTexts(tags: readonly string[], languages = LANGUAGES): Promise<Texts> {
  for (const tag of tags) {
    const lang = tag.split('-', 1)[0]?.toLowerCase() ?? '';
    if (lang === 'en') return english;
    if (!Object.hasOwn(languages, lang)) continue;
    const dictionary = await languages[lang]?.().catch(() => undefined);
    return dictionary ? textsOf(lang, dictionary) : english;
  }
  return english;
}
