import stringWidth from 'string-width';
import { writeGrants } from '../resources/grants.ts';
import { partOf } from '../resources/paths.ts';
import { writeTimeWindows } from '../resources/time-windows.ts';
import { type Paint, plain } from './paint.ts';

/** A table for people, with columns as wide as their content and control characters escaped. */
export function formatTable(
  rows: readonly Record<string, unknown>[],
  columns: readonly string[],
  paint: Paint = plain,
): string {
  return growingTable(columns, paint)(rows);
}

/** A table that goes on: the header comes with the first rows, and a column only gets wider. */
export function growingTable(
  columns: readonly string[],
  paint: Paint = plain,
): (rows: readonly Record<string, unknown>[]) => string {
  let widths = columns.map((name) => stringWidth(name));
  let isNew = true;
  return (rows) => {
    const texts = rows.map((row) => columns.map((name) => cell(partOf(row, name), name)));
    widths = widths.map((width, at) => Math.max(width, ...texts.map((row) => stringWidth(row[at] ?? ''))));
    const lines = (isNew ? [columns, ...texts] : texts).map((row) =>
      row
        .map((text, at) => padded(text, widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    if (isNew) lines[0] = paint('bold', lines[0] ?? '');
    isNew = false;
    return lines.join('\n');
  };
}

/** One field per line; nested fields are named after their object (`token.id`). */
export function formatObject(object: Readonly<Record<string, unknown>>, paint: Paint = plain): string {
  const fields = flatten(object);
  const widest = Math.max(0, ...fields.map(([name]) => stringWidth(escapeControls(name))));
  return fields
    .map(([name, value]) => `${paint('dim', padded(escapeControls(name), widest))}  ${cell(value, name)}`)
    .join('\n');
}

function flatten(object: object, before = ''): [name: string, value: unknown][] {
  return Object.entries(object).flatMap(([name, value]): [string, unknown][] => {
    const inside =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    return inside ? flatten(value, `${before}${name}.`) : [[`${before}${name}`, value]];
  });
}

/**
 * Fields with a notation of their own are shown as they are typed. A Map, because a field may be called `__proto__`.
 */
const AS_TYPED = new Map<string, (value: unknown) => string | undefined>([
  ['grants', writeGrants],
  ['windows', writeTimeWindows],
]);

function cell(value: unknown, name: string): string {
  return escapeControls(formatValue(value, name));
}

/** A value as text. Scripts use JSON instead. */
function formatValue(value: unknown, name: string): string {
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'number' && /(?:(?:^|\.)at|At|Until)$/.test(name)) return new Date(value).toISOString();
  if (typeof value !== 'object') return String(value);
  const typed = AS_TYPED.get(name.slice(name.lastIndexOf('.') + 1))?.(value);
  if (typed !== undefined) return typed || '-';
  if (Array.isArray(value)) {
    const between = value.some((one) => typeof one === 'object' && one !== null) ? '; ' : ' ';
    return value.map((one) => formatValue(one, name)).join(between) || '-';
  }
  const parts = Object.entries(value).map(([part, inner]) => `${part} ${formatValue(inner, part)}`);
  return parts.join(', ') || '-';
}

/** Users choose names, so control characters in them are shown instead of sent to the terminal (SR-36). */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/** Pads a text with spaces to this many terminal columns. */
function padded(text: string, columns: number): string {
  return text + ' '.repeat(columns - stringWidth(text));
}
