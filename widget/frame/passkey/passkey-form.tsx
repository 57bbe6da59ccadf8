import { SubmitButton } from '@countersign/ui/button.tsx';
import { Component, type ComponentChildren, createRef } from 'preact';
import type { Texts } from '../../i18n/texts.ts';
import { OtherMethods } from '../parts/other-methods.tsx';
import { SignedInAs } from '../parts/signed-in-as.tsx';
import type { Screen } from '../screen.ts';
import { splitFactors } from '../steps/fields.ts';
import { PasskeyNotice } from './passkey-notice.tsx';

export interface PasskeyFormProps {
  screen: Extract<Screen, { kind: 'step' }>;
  texts: Texts;
  /** Whether the heading takes the focus: true after the user navigated. */
  isNext: boolean;
  /** Requests a passkey. It must be called in a click, because it may open a window. */
  onPasskey: (inWindow: boolean) => void;
  onChoose: (factor: string) => void;
  /** The transaction or question, shown before the passkey is requested. */
  about?: ComponentChildren;
  /** Shown above the button. */
  below?: ComponentChildren;
  /** Cancels a transaction. */
  onCancel: () => void;
  onNotYou?: (() => void) | undefined;
}

/** The passkey step, which has no input to type. */
export class PasskeyForm extends Component<PasskeyFormProps> {
  heading = createRef<HTMLHeadingElement>();

  override componentDidMount() {
    if (this.props.isNext) this.heading.current?.focus();
  }

  ask = (event: Event) => {
    event.preventDefault();
    if (!this.props.screen.busy) this.props.onPasskey(false);
  };

  override render({ screen, texts, about, below, onPasskey, onChoose, onCancel, onNotYou }: PasskeyFormProps) {
    const isSigning = screen.step === 'sign';
    const { view, busy, notice } = screen;
    return (
      <form onSubmit={this.ask} aria-busy={busy}>
        <h1 ref={this.heading} tabIndex={-1}>
          {texts(isSigning ? 'signTitle' : 'passkeyTitle')}
        </h1>
        {view.login !== undefined && (
          <SignedInAs login={view.login} texts={texts} isSigning={isSigning} onNotYou={onNotYou} />
        )}
        {about}
        <p class="hint">{texts('passkeyHint')}</p>
        <PasskeyNotice notice={notice} texts={texts} isBusy={busy} onPasskey={onPasskey} />
        {below}
        <SubmitButton isBusy={busy}>{texts(busy ? 'checking' : isSigning ? 'confirm' : 'continue')}</SubmitButton>
        {isSigning && (
          <button type="button" class="second" aria-disabled={busy} onClick={onCancel}>
            {texts('cancel')}
          </button>
        )}
        <OtherMethods
          methods={splitFactors(view).others}
          texts={texts}
          isBusy={busy}
          isOpen={!!notice && !busy}
          onChoose={onChoose}
        />
        <p class="unseen" role="status">
          {busy && texts('checking')}
        </p>
      </form>
    );
  }
}
