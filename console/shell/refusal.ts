import { refusalText, type Texts } from '../i18n/texts.ts';
import type { Answer } from '../service/client.ts';
import { refusals } from './refusals.ts';

/** The message of a refusal for an administrator. */
export function refusalInWords(texts: Texts, answer: Exclude<Answer, { kind: 'done' }>): string {
  if (answer.kind === 'lost') return texts('interrupted');
  const { code, flaw } = answer;
  return refusals.has(code) ? refusals(code) : refusalText(texts, code, flaw);
}
