import type { Texts } from '../i18n/texts.ts';
import type { Notice } from '../service/submission.ts';
import { t } from '../shell/i18n.ts';
import { noticeText } from '../shell/refusal.ts';

/** The input that a refusal is about, and the message to show at it. */
export interface FieldError {
  name: string;
  text: string;
}

/**
 * Matches the first segment of the field path. Undefined if the refusal is about the whole form or an unknown field.
 */
export function fieldError(notice: Notice | undefined, names: readonly string[], texts: Texts): FieldError | undefined {
  if (!notice) return undefined;
  const firsts = notice.fields.map((path) => path.split('/')[0]);
  const name = firsts.find((one) => one !== undefined && names.includes(one));
  if (name === undefined) return undefined;
  return { name, text: notice.code === 'INPUT_INVALID' ? t('notTaken') : noticeText(texts, notice) };
}
