import type { Format } from './rows.ts';

/** One object as a line of a file. Seeds and passwords are not among what the API shows, so they are in no export. */
export function lineOf(object: Record<string, unknown>, columns: readonly string[], format: Format): string {
  if (format === 'jsonl') return JSON.stringify(object);
  return columns.map((name) => csvField(object[name])).join(',');
}

/**
 * One field of CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in front: names come from
 * people, and the file is opened by administrators.
 */
function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const inert = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && !/^\+?\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
