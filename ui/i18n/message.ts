/** A compiled ICU message: plain text, or text with arguments and plurals in it. Plain data, so that JSON can hold it. */
export type Message = string | readonly (string | Argument)[];

/** A value by its name; with branches, one of them by the value's plural category. */
export type Argument = readonly [name: string] | readonly [name: string, branches: Readonly<Record<string, Message>>];

export type Messages<Key extends string> = Readonly<Record<Key, Message>>;

export type Values = Readonly<Record<string, string | number | undefined>>;

/** @param lang BCP 47, for its plural rules */
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
