import { partOf } from '../nouns/parts.ts';

/** A table for people: columns as wide as their content, nothing that a terminal would obey. */
export function table(rows: readonly Record<string, unknown>[], columns: readonly string[]): string {
  if (rows.length === 0) return 'none';
  const texts = [
    columns.map((name) => name),
    ...rows.map((row) => columns.map((name) => cell(partOf(row, name), name))),
  ];
  const widths = columns.map((_, at) => Math.max(...texts.map((row) => width(row[at] ?? ''))));
  return texts
    .map((row) =>
      row
        .map((text, at) => text + ' '.repeat((widths[at] ?? 0) - width(text)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One object, a field a line; the fields of an object inside it are named after it (`token.id`). */
export function card(object: Readonly<Record<string, unknown>>): string {
  const fields = flattened(object);
  const widest = Math.max(0, ...fields.map(([name]) => width(name)));
  return fields.map(([name, value]) => `${harmless(name).padEnd(widest)}  ${cell(value, name)}`).join('\n');
}

function flattened(object: object, before = ''): [name: string, value: unknown][] {
  return Object.entries(object).flatMap(([name, value]): [string, unknown][] => {
    const inside =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    return inside ? flattened(value, `${before}${name}.`) : [[`${before}${name}`, value]];
  });
}

function cell(value: unknown, name: string): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'number' && /(?:^at|At|Until)$/.test(name)) return new Date(value).toISOString();
  if (typeof value === 'string') return harmless(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return harmless(value.join(' ') || '-');
  if (typeof value === 'object' && Object.keys(value).length === 0) return '-';
  return harmless(JSON.stringify(value));
}

/** Names come from people: what would move the cursor or colour the screen is shown, not obeyed (SR-36). */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

function width(text: string): number {
  return [...text].length;
}
