import { type EnrolmentDictionary, type EnrolmentKey, en } from './en.ts';

const LANGUAGES: Record<string, () => Promise<EnrolmentDictionary>> = {
  de: () => import('./de.ts').then(({ de }) => de),
  ar: () => import('./ar.ts').then(({ ar }) => ar),
};

/** The text in the language, else in English; `{0}` is replaced by the value. */
export type EnrolmentTexts = (key: EnrolmentKey, value?: string) => string;

/** In the language that the sign-in speaks already. One that does not load never stops anybody. */
export async function loadEnrolmentTexts(lang: string, languages = LANGUAGES): Promise<EnrolmentTexts> {
  const load = Object.hasOwn(languages, lang) ? languages[lang] : undefined;
  const dictionary: EnrolmentDictionary = (await load?.().catch(() => undefined)) ?? en;
  return (key, value = '') => (dictionary[key] ?? en[key]).replace('{0}', () => value);
}
