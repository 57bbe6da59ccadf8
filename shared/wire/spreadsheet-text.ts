/** What a spreadsheet may take for a formula, also behind white space, and in the wide forms of East Asian input. */
const FORMULA = /^[\s\0]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\t\r\n]/u;
/** A telephone number is a number at worst, and an import has to read it as it was. */
const PLAIN_NUMBER = /^\+?[0-9]+$/;

/**
 * The text with an apostrophe in front of what a spreadsheet would take for a formula (CWE-1236). Names and user agents
 * come from anybody, and tables of them are opened by administrators: every CSV of ours goes through here.
 */
export function spreadsheetText(text: string): string {
  return FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
}
