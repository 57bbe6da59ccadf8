import { formatMessage, type Message, type Messages, type Values } from './message.ts';

/** Formats messages in one language. */
export interface Translate<Key extends string> {
  (key: Key, values?: Values): string;
  /** The language of the messages. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
}

/** The messages of one language; `direction` is set for right-to-left languages. */
export type Dictionary<Key extends string> = Partial<Messages<Key>> & { readonly direction?: Message };

/**
 * Loaders of a part's messages by language: the result of `import.meta.glob` on the files below `locales/`, as built.
 */
export type MessageFiles = Readonly<Record<string, () => Promise<unknown>>>;

/** @param fallback used for messages that the language lacks */
export function createTranslate<Key extends string>(
  lang: string,
  messages: Dictionary<Key>,
  fallback?: Translate<Key>,
): Translate<Key> {
  const translate = (key: Key, values?: Values) => {
    const message = messages[key];
    return message === undefined ? (fallback?.(key, values) ?? '') : formatMessage(message, lang, values);
  };
  return Object.assign(translate, { lang, dir: messages.direction === 'rtl' ? 'rtl' : 'ltr' } as const);
}

/**
 * Loads the messages in the first of these BCP 47 tags that has a file, by its primary subtag. Falls back to English
 * if there is none or it does not load: a missing language must not stop a sign-in.
 */
export async function loadTranslate<Key extends string>(
  files: MessageFiles,
  english: Translate<Key>,
  tags: readonly string[],
): Promise<Translate<Key>> {
  const lang = tags.map(primaryTag).find((tag) => tag === 'en' || Object.hasOwn(files, tag)) ?? 'en';
  const file = lang === 'en' ? undefined : await files[lang]?.().catch(() => undefined);
  return file ? createTranslate(lang, (file as { default: Dictionary<Key> }).default, english) : english;
}

function primaryTag(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? '';
}
