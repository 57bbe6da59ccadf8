import type { PasswordFlaw } from '../kernel/result.ts';

/**
 * 49,000 common passwords, the most common first. One text and a search through it (0.1 ms, beside a hash of ten) take
 * a tenth of the memory of a set of as many strings.
 */
interface CommonPasswords {
  readonly text: string;
  readonly longest: number;
}

let list: Promise<CommonPasswords> | undefined;

/** Loaded for the first new password, because most processes never see one. */
async function loadList(): Promise<CommonPasswords> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const entries = [...new Set(dictionary['passwords-common'].map(folded))];
  return { text: `\n${entries.join('\n')}\n`, longest: Math.max(...entries.map((entry) => entry.length)) };
}

const KEYBOARD_ROWS = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiop', 'yxcvbnm', 'azertyuiop'];
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
/** Runs of neighbouring characters, in both directions and around the end: `234567890123`, `poiuytrewq`. */
const RUNS = [...KEYBOARD_ROWS, ALPHABET].flatMap((row) => [row, [...row].reverse().join('')]);
/** A pattern needs this many characters of one run before the next begins, because any text has shorter ones. */
const MIN_RUN = 4;
/** Many good passwords contain a personal word shorter than this. */
const MIN_PERSONAL_LENGTH = 3;
/** A word that repeats: `abcabcabc` is worth no more than `abc`. */
const MAX_UNIT = 4;

/**
 * Why the whole password is one that attackers try early, ignoring case; undefined if it is not. A common word within a
 * longer password is allowed (NIST SP 800-63B-4 section 3.1.1.2 compares the whole password).
 */
export async function commonness(password: string, personal: readonly string[]): Promise<PasswordFlaw | undefined> {
  list ??= loadList();
  const common = await list;
  const text = folded(password);
  if (isListed(text, common)) return 'listed';
  const unit = repeatedUnit(text);
  if (unit !== text && ([...unit].length <= MAX_UNIT || isListed(unit, common))) return 'pattern';
  if (isOfRuns(text)) return 'pattern';
  if (isPersonal(text, personal, common)) return 'personal';
  // `password1234567`, `!!sunshine!!`: a common password with fewer characters around it than in it.
  const core = coreOf(text);
  if (core.length * 2 >= text.length && isListed(repeatedUnit(core), common)) return 'listed';
  return undefined;
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function isListed(text: string, common: CommonPasswords): boolean {
  if (text === '' || text.includes('\n')) return false;
  return text.length <= common.longest && common.text.includes(`\n${text}\n`);
}

/** The shortest text of which this one is a repetition; the last repetition may be cut short. */
function repeatedUnit(text: string): string {
  // The failure function of Knuth, Morris and Pratt: linear for any text.
  const border = [0];
  for (let at = 1, matched = 0; at < text.length; at++) {
    while (matched > 0 && text[at] !== text[matched]) matched = border[matched - 1] ?? 0;
    if (text[at] === text[matched]) matched++;
    border.push(matched);
  }
  const period = text.length - (border.at(-1) ?? 0);
  return period * 2 <= text.length ? text.slice(0, period) : text;
}

/** True if the text consists only of runs of neighbouring keys or letters. */
function isOfRuns(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const length = Math.max(...RUNS.map((run) => runLength(text, at, run)));
    if (length < MIN_RUN) return false;
    at += length;
  }
  return text.length > 0;
}

function runLength(text: string, from: number, run: string): number {
  const start = run.indexOf(text.charAt(from));
  if (start < 0) return 0;
  let length = 1;
  while (text[from + length] === run[(start + length) % run.length] && from + length < text.length) length++;
  return length;
}

/** From the first letter to the last, or the whole text if it has no letter. */
function coreOf(text: string): string {
  const words = [...text.matchAll(/\p{L}+/gu)];
  const [first, last] = [words[0], words.at(-1)];
  return first && last ? text.slice(first.index, last.index + last[0].length) : text;
}

/** True if, without all personal words, less is left than was removed, or only a common password. */
function isPersonal(text: string, personal: readonly string[], common: CommonPasswords): boolean {
  const words = personal
    .flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)])
    .map((word) => folded(word).replace(NOT_A_SIGN, ''))
    .filter((word) => word.length >= MIN_PERSONAL_LENGTH)
    .sort((a, b) => b.length - a.length);
  const signs = text.replace(NOT_A_SIGN, '');
  let rest = signs;
  for (const word of words) rest = rest.replaceAll(word, '');
  if (rest === signs) return false;
  return rest.length * 2 < signs.length || isListed(rest, common) || isOfRuns(rest);
}

const NOT_A_SIGN = /[^\p{L}\p{N}]/gu;
