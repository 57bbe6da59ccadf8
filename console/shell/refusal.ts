import { refusalText, type Texts } from '../i18n/texts.ts';
import type { Answer } from '../service/client.ts';
import { refusals } from './refusals.ts';
import { en } from './words/refusals-en.ts';

/** Why something was not done, as it is told to an administrator. */
export function refusalInWords(texts: Texts, answer: Exclude<Answer, { kind: 'done' }>): string {
  if (answer.kind === 'lost') return texts('interrupted');
  const { code, flaw } = answer;
  return Object.hasOwn(en, code) ? refusals(code as keyof typeof en) : refusalText(texts, code, flaw);
}
