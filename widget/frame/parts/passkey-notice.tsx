import type { Texts } from '../../i18n/texts.ts';
import { type Notice, textOf } from '../screen.ts';

export interface PasskeyNoticeProps {
  notice: Notice | undefined;
  texts: Texts;
  isBusy: boolean;
  onWindow: () => void;
}

/** What came of asking for a passkey, and the other place to ask for one. */
export function PasskeyNotice({ notice, texts, isBusy, onWindow }: PasskeyNoticeProps) {
  const isShown = !!notice && !isBusy;
  return (
    <>
      <div role="alert">{isShown && <p class="error">{textOf(notice.text, texts, true)}</p>}</div>
      {isShown && notice.text.startsWith('passkey') && (
        <button type="button" class="link" onClick={onWindow}>
          {texts('passkeyWindow')}
        </button>
      )}
    </>
  );
}
