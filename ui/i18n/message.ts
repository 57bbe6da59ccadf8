/**
 * A compiled ICU message: plain text, or text with arguments and plurals. Plain data, so that it can be stored as
 * JSON.
 */
export type Message = string | readonly (string | Argument)[];

/** A value by its name; if there are branches, the plural category of the value picks one. */
export type Argument = readonly [name: string] | readonly [name: string, branches: Readonly<Record<string, Message>>];

export type Messages<Key extends string> = Readonly<Record<Key, Message>>;

export type Values = Readonly<Record<string, string | number | undefined>>;

/** @param lang BCP 47 tag, for the plural rules */
export function formatMessage(message: Message, lang: string, values: Values = {}): string {
  if (typeof message === 'string') return message;
  const format = (part: string | Argument): string | number => {
    if (typeof part === 'string') return part;
    const [name, branches] = part;
    const value = values[name] ?? '';
    return branches
      ? formatMessage(branches[new Intl.PluralRules(lang).select(Number(value))] ?? '', lang, values)
      : value;
  };
  return message.map(format).join('');
}
