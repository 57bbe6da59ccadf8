import { en, type SelfDictionary, type SelfKey } from './en.ts';

const LANGUAGES: Record<string, () => Promise<SelfDictionary>> = {
  de: () => import('./de.ts').then(({ de }) => de),
  ar: () => import('./ar.ts').then(({ ar }) => ar),
};

/** The text in the language, else in English; `{0}` and `{1}` are replaced by the values. */
export type SelfTexts = (key: SelfKey, ...values: (string | number)[]) => string;

/** In the language that the sign-in speaks already. One that does not load never stops anybody. */
export async function loadSelfTexts(lang: string, languages = LANGUAGES): Promise<SelfTexts> {
  const load = Object.hasOwn(languages, lang) ? languages[lang] : undefined;
  const dictionary: SelfDictionary = (await load?.().catch(() => undefined)) ?? en;
  return (key, ...values) =>
    (dictionary[key] ?? en[key]).replace(/\{(\d)\}/g, (_, at) => `${values[Number(at)] ?? ''}`);
}

export function isSelfText(key: string): key is SelfKey {
  return Object.hasOwn(en, key);
}
