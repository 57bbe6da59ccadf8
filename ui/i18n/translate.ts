import { formatMessage, type Message, type Messages, type Values } from './message.ts';

/** Says a message in one language. */
export interface Translate<Key extends string> {
  (key: Key, values?: Values): string;
  /** The language that it speaks. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
}

/** The messages of one language; `direction`: where it is from right to left. */
export type Dictionary<Key extends string> = Partial<Messages<Key>> & { readonly direction?: Message };

/** Loaders of a part's messages by language: what `import.meta.glob` finds below `locales/`, as the build writes it. */
export type MessageFiles = Readonly<Record<string, () => Promise<unknown>>>;

/** @param fallback says what the language lacks */
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
 * In the first of these BCP 47 tags that there is a file for, by its primary language. English where there is none or it
 * does not load: a missing language stops no sign-in.
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
