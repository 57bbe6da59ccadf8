import { compileMessage } from '@countersign/ui/i18n/compile-message';
import { formatMessage, type Message } from '@countersign/ui/i18n/message';
import { readLanguage } from '@countersign/ui/i18n/read-languages';
import { CATALOGUE, variablesOf } from './catalogue.ts';

/** Characters of one text. The longest of ours has 250. */
export const MAX_TEXT_LENGTH = 600;
/** Of a text message, which is paid by its length. */
const MAX_SMS_LENGTH = 300;

/** Line ends and other controls, half characters, and what turns the direction of the words around it. */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u;

/** Text from right to left isolates a number in this way, and what is outside keeps its direction. */
const ISOLATED = /[\u2066-\u2068]([^\u2066-\u2069]*)\u2069/g;

/** A text that can be shown, or what is wrong with it, in words that follow its key. */
type CheckedText = { message: Message } | { problem: string };

/**
 * Checks a text that replaces one of ours: one line of plain text with exactly the values of ours. Nothing in it is
 * markup, so what it is inserted into escapes it (SR-30).
 *
 * @param key of the catalogue
 * @param lang one of the languages of the service
 */
export function checkText(key: string, text: unknown, lang: string): CheckedText {
  const ours = CATALOGUE.get(key);
  if (!ours) return { problem: 'is not a text of the service' };
  if (typeof text !== 'string') return { problem: 'must be text' };
  if (text.trim() === '') return { problem: 'must not be empty' };
  const max = ours.part === 'sms' ? MAX_SMS_LENGTH : MAX_TEXT_LENGTH;
  if (text.length > max) return { problem: `is longer than ${max} characters` };
  const { direction } = readLanguage(lang);
  if (FORBIDDEN.test(direction === 'rtl' ? text.replace(ISOLATED, '$1') : text))
    return { problem: 'must be one line without control characters' };
  let message: Message;
  try {
    message = compileMessage(text, direction);
  } catch {
    return { problem: "is no ICU message with values and plurals alone: quote a brace as '{'" };
  }
  const names = variablesOf(message);
  const unknown = names.filter((name) => !ours.variables.includes(name));
  if (unknown.length > 0) return { problem: `has values that do not exist: ${inBraces(unknown)}` };
  const missing = ours.variables.filter((name) => !names.includes(name));
  if (missing.length > 0) return { problem: `lacks ${inBraces(missing)}` };
  const branches = branchProblem(message, lang, ours.variables);
  if (branches !== undefined) return { problem: branches };
  if (ours.part === 'sms' && longestSms(message, lang) > MAX_SMS_LENGTH)
    return { problem: `is longer than ${MAX_SMS_LENGTH} characters with its values` };
  // On its last line, `@host #code` binds a code to a page (origin-bound one-time codes). Only the service writes it.
  if (ours.part === 'sms' && literals(message).some((one) => /[@#]/.test(one)))
    return { problem: 'must not contain @ or #' };
  return { message };
}

/** With the longest values; each plural form of a small number is tried. A value that is repeated costs each time. */
function longestSms(message: Message, lang: string): number {
  const values = { code: '0'.repeat(10), site: 'x'.repeat(30) };
  return Math.max(
    ...[1, 2, 3, 5, 10, 11].map((minutes) => formatMessage(message, lang, { ...values, minutes }).length),
  );
}

const inBraces = (names: readonly string[]) => names.map((name) => `{${name}}`).join(', ');

/** Each plural needs all categories of the language, and in each of them the needed values that are not beside it. */
function branchProblem(message: Message, lang: string, needed: readonly string[]): string | undefined {
  if (typeof message === 'string') return undefined;
  const { pluralCategories } = new Intl.PluralRules(lang).resolvedOptions();
  for (const part of message) {
    if (typeof part === 'string') continue;
    const [name, branches] = part;
    if (!branches) continue;
    const lacking = pluralCategories.filter((category) => !Object.hasOwn(branches, category));
    if (lacking.length > 0) return `lacks the plural ${lacking.join(', ')} of {${name}}`;
    const beside = new Set([name, ...alwaysShown(message.filter((other) => other !== part))]);
    const inEach = needed.filter((value) => !beside.has(value));
    for (const [category, branch] of Object.entries(branches)) {
      const inside = variablesOf(branch);
      const gone = inEach.filter((value) => !inside.includes(value));
      if (gone.length > 0) return `lacks ${inBraces(gone)} in the plural ${category} of {${name}}`;
      const nested = branchProblem(branch, lang, inEach);
      if (nested !== undefined) return nested;
    }
  }
  return undefined;
}

/** The values that a message shows whatever their numbers are: of a plural, its own and those in all of its branches. */
function alwaysShown(message: Message): string[] {
  if (typeof message === 'string') return [];
  return message.flatMap((part) => {
    if (typeof part === 'string') return [];
    const [name, branches = {}] = part;
    const [first = [], ...others] = Object.values(branches).map(alwaysShown);
    return [name, ...first.filter((value) => others.every((other) => other.includes(value)))];
  });
}

function literals(message: Message): string[] {
  if (typeof message === 'string') return [message];
  return message.flatMap((part) =>
    typeof part === 'string' ? [part] : Object.values(part[1] ?? {}).flatMap((branch) => literals(branch)),
  );
}
