import { Alert } from '@countersign/ui/alert.tsx';
import { waitText } from '@countersign/ui/wait-text';
import type { ComponentChildren } from 'preact';
import type { Texts } from '../i18n/texts.ts';
import type { Notice } from '../service/submission.ts';
import { useLeftMs } from './use-submission.ts';

export interface FormNoticeProps {
  notice: Notice | undefined;
  texts: Texts;
  /** The message, unless it is shown at a field. */
  children: ComponentChildren;
}

/** Why a form stays open, and when it can be sent again. */
export function FormNotice({ notice, texts, children }: FormNoticeProps) {
  const leftMs = useLeftMs(notice?.wait);
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
