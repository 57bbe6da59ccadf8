import type pageTexts from '@countersign/ui/i18n/locales/en/pages.json';
import { matchLanguage } from '@countersign/ui/i18n/read-languages';
import type { Translate } from '@countersign/ui/i18n/translate';
import { acceptedLanguages } from '../../kernel/accept-language.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import { type OwnTexts, translateWith } from '../../kernel/own-texts.ts';

export type PageText = keyof typeof pageTexts;
export type PageTexts = Translate<PageText>;

export interface PageLanguage {
  language: MailLanguage;
  /** Texts that replace ours. */
  own?: OwnTexts | undefined;
}

/** What the hosted pages say in a language. */
export function readPageTexts({ language, own }: PageLanguage): PageTexts {
  return translateWith(own, language, 'pages');
}

/** The requested language, else the browser's first one that is available, else English. */
export function pageLanguage(asked: string | undefined, acceptLanguage: string | undefined): MailLanguage {
  return matchLanguage([asked ?? '', ...acceptedLanguages(acceptLanguage)]);
}
