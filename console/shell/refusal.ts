import { refusalText, type Texts } from '../i18n/texts.ts';
import type { Answer } from '../service/client.ts';
import type { Notice } from '../service/submission.ts';
import { refusals } from './refusals.ts';

/** The message of a refusal for an administrator. */
export function refusalMessage(texts: Texts, answer: Exclude<Answer, { kind: 'done' }>): string {
  return answer.kind === 'lost' ? texts('interrupted') : noticeText(texts, answer);
}

export function noticeText(texts: Texts, { code, flaw }: Pick<Notice, 'code' | 'flaw'>): string {
  return refusals.has(code) ? refusals(code) : refusalText(texts, code, flaw);
}
