import type { MessageFiles } from '@countersign/ui/i18n/load-translate';
import english from '@countersign/ui/i18n/locales/en/widget/enrolment.json';
import { createTranslate, type Translate } from '@countersign/ui/i18n/translate';
import { loadInLanguage } from './texts.ts';

const LANGUAGES = import.meta.glob(['./*/widget/enrolment.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});

export type EnrolmentKey = keyof typeof english;
export type EnrolmentTexts = Translate<EnrolmentKey>;

/** Loads the texts in the language of the sign-in. */
export function loadEnrolmentTexts(lang: string, languages: MessageFiles = LANGUAGES): Promise<EnrolmentTexts> {
  return loadInLanguage(createTranslate('en', english), [lang], languages);
}

export function isEnrolmentText(key: string): key is EnrolmentKey {
  return Object.hasOwn(english, key);
}
