import { type Dictionary, en, type TextKey } from './en.ts';

/** Languages beside English, each loaded when first asked for. */
const LANGUAGES: Record<string, () => Promise<Dictionary>> = {
  de: () => import('./de.ts').then(({ de }) => de),
};

/** What each calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', de: 'Deutsch' };

export interface Texts {
  /** The language the texts are in. */
  lang: string;
  /** The text in this language, else in English; `{0}` and `{1}` are replaced by the values. */
  (key: TextKey, ...values: (string | number)[]): string;
}

/** Texts from a dictionary, each missing one from English. */
export function textsOf(lang: string, dictionary: Dictionary): Texts {
  const text = (key: TextKey, ...values: (string | number)[]) =>
    (dictionary[key] ?? en[key]).replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
  return Object.assign(text, { lang });
}

export const english: Texts = textsOf('en', en);

/**
 * The first of these BCP 47 tags that there is a dictionary for, by its primary language. English if there is none or
 * it does not load: a missing language never keeps anybody out.
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

/** The text of a refusal; of one that no person should meet, a general one. */
export function refusalText(texts: Texts, code: string, flaw?: string): string {
  const flawed = `PASSWORD_${flaw?.toUpperCase()}`;
  if (code === 'PASSWORD_COMMON' && Object.hasOwn(en, flawed)) return texts(flawed as TextKey);
  return texts(Object.hasOwn(en, code) ? (code as TextKey) : 'unexpected');
}
