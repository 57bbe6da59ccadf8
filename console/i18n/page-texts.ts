import { loadTranslate, type MessageFiles } from '@countersign/ui/i18n/load-translate';
import type { Messages, Values } from '@countersign/ui/i18n/message';
import { createTranslate } from '@countersign/ui/i18n/translate';

export interface LoadsLanguage {
  /** Resolve before the first text is used. Falls back to English if the language does not load. */
  load(lang: string): Promise<void>;
}

/** The texts of a part that is loaded later, loaded together with it. */
export interface PageTexts<Key extends string> extends LoadsLanguage {
  (key: Key, values?: Values): string;
  /** Whether there is a text for the key. */
  has(key: string): key is Key;
}

/** @param files the languages beside English, each loaded on first use */
export function createPageTexts<Key extends string>(english: Messages<Key>, files: MessageFiles): PageTexts<Key> {
  const inEnglish = createTranslate('en', english);
  let spoken = inEnglish;
  const load = async (lang: string) => {
    spoken = await loadTranslate(files, inEnglish, [lang]);
  };
  const t = (key: Key, values?: Values) => spoken(key, values);
  const has = (key: string): key is Key => Object.hasOwn(english, key);
  return Object.assign(t, { load, has });
}

/** Combines the texts of several parts that a page needs. */
export function loadTogether(...all: LoadsLanguage[]): LoadsLanguage {
  return {
    async load(lang) {
      await Promise.all(all.map((one) => one.load(lang)));
    },
  };
}
