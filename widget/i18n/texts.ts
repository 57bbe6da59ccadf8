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

/** Texts from a dictionary, each missing one from English. */
export function textsOf(lang: string, dictionary: Dictionary): Texts {
  const text = (key: TextKey, value?: string | number) =>
    (dictionary[key] ?? en[key]).replace('{0}', () => String(value));
  return Object.assign(text, { lang, dir: RIGHT_TO_LEFT.has(lang) ? ('rtl' as const) : ('ltr' as const) });
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
