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
