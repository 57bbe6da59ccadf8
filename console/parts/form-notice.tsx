import { Alert } from '@countersign/ui/alert.tsx';
import { waitText } from '@countersign/ui/wait-text';
import type { ComponentChildren } from 'preact';
import type { Texts } from '../i18n/texts.ts';
import type { Notice } from '../service/submission.ts';

export interface FormNoticeProps {
  notice: Notice | undefined;
  /** The time until the next try. */
  leftMs: number;
  texts: Texts;
  /** The message, unless it is shown at a field. */
  children: ComponentChildren;
}

/** Why a form stays open, and when it can be sent again. */
export function FormNotice({ notice, leftMs, texts, children }: FormNoticeProps) {
  return (
    <>
      <Alert>{children}</Alert>
      {notice?.wait && (
        <p class="hint" role="timer">
          {leftMs > 0 ? waitText(texts, leftMs) : texts('mayTryAgain')}
        </p>
      )}
    </>
  );
}
