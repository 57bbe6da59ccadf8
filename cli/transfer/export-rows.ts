import { spreadsheetText } from '@countersign/protocol/spreadsheet-text';
import type { Format } from './rows.ts';

/** One object as a line of a file. Seeds and passwords are not among what the API shows, so they are in no export. */
export function lineOf(object: Record<string, unknown>, columns: readonly string[], format: Format): string {
  if (format === 'jsonl') return JSON.stringify(object);
  return columns.map((name) => csvField(object[name])).join(',');
}

/** One field of CSV (RFC 4180). Names come from people, and the file is opened by administrators: none is a formula. */
function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  const inert = typeof value === 'string' ? spreadsheetText(value) : JSON.stringify(value);
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
