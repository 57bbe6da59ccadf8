/** What a spreadsheet may evaluate as a formula, also after white space, and in the wide forms of East Asian input. */
const FORMULA = /^[\s\0]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\t\r\n]/u;
/** A telephone number is at worst a number, and an import has to read it unchanged. */
const PLAIN_NUMBER = /^\+?[0-9]+$/;

/**
 * Puts an apostrophe in front of a text that a spreadsheet would evaluate as a formula (CWE-1236). Names and user
 * agents are untrusted, and administrators open tables of them: every CSV export uses this function.
 */
export function spreadsheetText(text: string): string {
  return FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
}

/** A quoted field of CSV (RFC 4180) with this text, which no spreadsheet evaluates. */
export function spreadsheetCell(text: string): string {
  return `"${spreadsheetText(text).replaceAll('"', '""')}"`;
}
