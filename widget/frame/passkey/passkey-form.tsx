import { Component, createRef } from 'preact';
import type { Texts } from '../../i18n/texts.ts';
import { OtherWays } from '../parts/other-ways.tsx';
import { Who } from '../parts/who.tsx';
import type { Screen } from '../screen.ts';
import { waysOf } from '../steps/fields.ts';
import { PasskeyNotice } from './passkey-notice.tsx';

export interface PasskeyFormProps {
  screen: Extract<Screen, { kind: 'step' }>;
  texts: Texts;
  /** Whether the person came here by their own doing, so that the focus goes along. */
  isNext: boolean;
  /** Asks the browser for a passkey. Has to be called in a click, because it may open a window. */
  onPasskey: (inWindow: boolean) => void;
  onChoose: (factor: string) => void;
  onNotYou?: (() => void) | undefined;
}

/** The step where a passkey answers: there is nothing to type. */
export class PasskeyForm extends Component<PasskeyFormProps> {
  heading = createRef<HTMLHeadingElement>();

  override componentDidMount() {
    if (this.props.isNext) this.heading.current?.focus();
  }

  ask = (event: Event) => {
    event.preventDefault();
    if (!this.props.screen.busy) this.props.onPasskey(false);
  };

  override render({ screen, texts, onPasskey, onChoose, onNotYou }: PasskeyFormProps) {
    const { view, busy, notice } = screen;
    return (
      <form onSubmit={this.ask} aria-busy={busy}>
        <h1 ref={this.heading} tabIndex={-1}>
          {texts('passkeyTitle')}
        </h1>
        {view.login !== undefined && <Who login={view.login} texts={texts} onNotYou={onNotYou} />}
        <p class="hint">{texts('passkeyHint')}</p>
        <PasskeyNotice notice={notice} texts={texts} isBusy={busy} onPasskey={onPasskey} />
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy && <span class="spinner" />}
          {texts(busy ? 'checking' : 'continue')}
        </button>
        <OtherWays
          ways={waysOf(view).others}
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
