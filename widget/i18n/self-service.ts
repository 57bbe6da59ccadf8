import type { MessageFiles } from '@countersign/ui/i18n/load-translate';
import english from '@countersign/ui/i18n/locales/en/widget/self-service.json';
import { createTranslate, type Translate } from '@countersign/ui/i18n/translate';
import { loadInLanguage } from './texts.ts';

const LANGUAGES = import.meta.glob(['./*/widget/self-service.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});

export type SelfKey = keyof typeof english;
export type SelfTexts = Translate<SelfKey>;

/** Loads the texts in the language of the sign-in. */
export function loadSelfTexts(lang: string, languages: MessageFiles = LANGUAGES): Promise<SelfTexts> {
  return loadInLanguage(createTranslate('en', english), [lang], languages);
}

export function isSelfText(key: string): key is SelfKey {
  return Object.hasOwn(english, key);
}
