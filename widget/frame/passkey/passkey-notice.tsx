import { Alert } from '@countersign/ui/alert.tsx';
import type { Texts } from '../../i18n/texts.ts';
import { type Notice, textOf } from '../screen.ts';

export interface PasskeyNoticeProps {
  notice: Notice | undefined;
  texts: Texts;
  isBusy: boolean;
  onPasskey: (inWindow: boolean) => void;
}

/** The result of a passkey request, with a button to retry in a window. */
export function PasskeyNotice({ notice, texts, isBusy, onPasskey }: PasskeyNoticeProps) {
  const isShown = !!notice && !isBusy;
  // At this step these codes mean that the passkey was not accepted.
  const isWrong = notice?.text === 'OTP_WRONG' || notice?.text === 'INVALID_CREDENTIALS';
  return (
    <>
      <Alert>{isShown && (isWrong ? texts('passkeyWrong') : textOf(notice.text, texts))}</Alert>
      {/* Outside a frame another window would not help. */}
      {isShown && notice.text.startsWith('passkey') && parent !== window && (
        <button type="button" class="link" onClick={() => onPasskey(true)}>
          {texts('passkeyWindow')}
        </button>
      )}
    </>
  );
}

/** A button beside the login field, to use a passkey instead. */
export function PasskeyButton(props: PasskeyNoticeProps) {
  const { texts, isBusy, onPasskey } = props;
  return (
    <>
      <button
        type="button"
        class="primary secondary"
        aria-disabled={isBusy}
        onClick={() => !isBusy && onPasskey(false)}
      >
        {texts('passkeySignIn')}
      </button>
      <PasskeyNotice {...props} />
    </>
  );
}
