import { spreadsheetText } from '@countersign/protocol/spreadsheet-text';
import type { Format } from './rows.ts';

/** One object as a line of a file. The API shows no seeds and passwords, so no export has them. */
export function lineOf(object: Record<string, unknown>, columns: readonly string[], format: Format): string {
  if (format === 'jsonl') return JSON.stringify(object);
  return columns.map((name) => csvField(object[name])).join(',');
}

/** One field of CSV (RFC 4180). Users choose names, so none may be a formula in the administrator's spreadsheet. */
function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  const inert = typeof value === 'string' ? spreadsheetText(value) : JSON.stringify(value);
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
