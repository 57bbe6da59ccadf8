import type pageTexts from '@countersign/ui/i18n/locales/en/pages.json';
import { matchLanguage, readTranslate } from '@countersign/ui/i18n/read-languages';
import type { Translate } from '@countersign/ui/i18n/translate';
import { acceptedLanguages } from '../kernel/accept-language.ts';
import type { MailLanguage } from '../kernel/mail.ts';

export type PageText = keyof typeof pageTexts;
export type PageTexts = Translate<PageText>;

/** What the hosted pages say in a language. */
export function readPageTexts(language: MailLanguage): PageTexts {
  return readTranslate(language, 'pages');
}

/** The requested language, else the browser's first one that is available, else English. */
export function pageLanguage(asked: string | undefined, acceptLanguage: string | undefined): MailLanguage {
  return matchLanguage([asked ?? '', ...acceptedLanguages(acceptLanguage)]);
}
