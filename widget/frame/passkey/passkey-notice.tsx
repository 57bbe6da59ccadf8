import type { Texts } from '../../i18n/texts.ts';
import { type Notice, textOf } from '../screen.ts';

export interface PasskeyNoticeProps {
  notice: Notice | undefined;
  texts: Texts;
  isBusy: boolean;
  onPasskey: (inWindow: boolean) => void;
}

/** What came of asking for a passkey, and the other place to ask for one. */
export function PasskeyNotice({ notice, texts, isBusy, onPasskey }: PasskeyNoticeProps) {
  const isShown = !!notice && !isBusy;
  // What reads as wrong details or a wrong code is a passkey that was not accepted.
  const isWrong = notice?.text === 'OTP_WRONG' || notice?.text === 'INVALID_CREDENTIALS';
  return (
    <>
      <div role="alert">
        {isShown && <p class="error">{isWrong ? texts('passkeyWrong') : textOf(notice.text, texts)}</p>}
      </div>
      {/* A page that is in no frame is asked as well as any window of it. */}
      {isShown && notice.text.startsWith('passkey') && parent !== window && (
        <button type="button" class="link" onClick={() => onPasskey(true)}>
          {texts('passkeyWindow')}
        </button>
      )}
    </>
  );
}

/** Beside the field for the name: a passkey in its place. */
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
