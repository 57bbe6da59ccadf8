/** Markup that is safe to put into a mail. Only {@link html} makes it, so nothing gets in unescaped (SR-30). */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template that escapes every value, unless the value is markup or a list of markup. */
export function html(parts: TemplateStringsArray, ...values: (string | Markup | readonly Markup[])[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + written(values[i - 1]) + part));
}

function written(value: string | Markup | readonly Markup[] | undefined): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return line(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  return (value ?? []).map(({ text }) => text).join('');
}

/** Reduces the text to one line without control characters, line ends or direction overrides. */
export function plainLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').trim();
}

/** The same for a whole sentence, whose values are already plain and may be isolated in it (U+2068, U+2069). */
export function line(text: string): string {
  return text.replace(/(?:[\p{Cc}\p{Zl}\p{Zp}]|(?![\u2068\u2069])\p{Bidi_Control})+/gu, ' ').trim();
}
