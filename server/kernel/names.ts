const WHITE_SPACE = /[\s\p{White_Space}]+/gu;
/** Zero-width, soft hyphen, variation selectors and the like: invisible, so two names must not differ by them alone. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Words of printable ASCII with single spaces between them: folding them is only lower case. */
const PLAIN = /^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/;
/** Control characters, white space, lone surrogates and marks that reorder the text around them. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Z}\p{Cs}\s\p{Bidi_Control}]/u;

const LOGIN_MAX = 50;
const EMAIL_MAX = 100;

/**
 * The form in which a name is claimed and looked up. Close to NFKC_Casefold (Unicode 5.18, R5): NFKC, invisible code
 * points dropped, case folded, white space trimmed and collapsed. Idempotent. Empty for names without visible
 * characters.
 *
 * @example normaliseName('  ＡLICE  Straße ') // 'alice strasse'
 */
export function normaliseName(raw: string): string {
  const name = PLAIN.test(raw) ? raw.toLowerCase() : foldName(raw);
  // A phone number is its digits, with the plus or without.
  return isPhoneShape(name) ? name.replace('+', '') : name;
}

function foldName(raw: string): string {
  let name = raw;
  // One step can require another (NFKC can produce upper case or invisible characters): repeat until nothing changes.
  for (let round = 0; round < 8; round++) {
    const next = foldCase(name.replace(IGNORABLE, '')).normalize('NFKC').replace(WHITE_SPACE, ' ').trim();
    if (next === name) break;
    name = next;
  }
  return name;
}

/**
 * Code point by code point, since lower-casing a whole word depends on context (Greek final sigma). Upper before lower
 * gives the full folding: `ß` and `ẞ` become `ss`, `ſ` becomes `s`. It also joins `ı` with `i`: better one name too few
 * than two that look the same.
 */
function foldCase(text: string): string {
  let folded = '';
  for (const character of text) folded += character.toUpperCase().toLowerCase();
  return folded;
}

/** True if the text can be a login or an alias: 1 to 50 code points, no white space, not only invisible characters. */
export function isLoginShape(raw: string): boolean {
  return isName(raw, LOGIN_MAX);
}

/**
 * True if the text can be an email address: at most 100 code points around exactly one `@`. It does not mean that mail
 * arrives.
 */
export function isEmailShape(raw: string): boolean {
  if (!isName(raw, EMAIL_MAX)) return false;
  const at = raw.indexOf('@');
  return at > 0 && at < raw.length - 1 && at === raw.lastIndexOf('@');
}

/** True if the text can be a phone number: 10 to 15 ASCII digits (E.164 allows 15), optionally after a plus sign. */
export function isPhoneShape(raw: string): boolean {
  return /^\+?[0-9]{10,15}$/.test(raw);
}

function isName(raw: string, max: number): boolean {
  // A code point is at most two UTF-16 units: this avoids counting a text that is far too long.
  if (raw.length === 0 || raw.length > max * 2 || NOT_IN_A_NAME.test(raw)) return false;
  return [...raw].length <= max && normaliseName(raw) !== '';
}
