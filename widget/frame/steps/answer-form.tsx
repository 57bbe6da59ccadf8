import { Alert } from '@countersign/ui/alert.tsx';
import { SubmitButton } from '@countersign/ui/button.tsx';
import { Field } from '@countersign/ui/field.tsx';
import { Eye } from '@countersign/ui/icons.tsx';
import { waitText } from '@countersign/ui/wait-text';
import { Component, type ComponentChildren, createRef } from 'preact';
import type { TextKey, Texts } from '../../i18n/texts.ts';
import { OtherMethods } from '../parts/other-methods.tsx';
import { SendAgain } from '../parts/send-again.tsx';
import { SignedInAs } from '../parts/signed-in-as.tsx';
import type { PasskeyModule } from '../passkey/loaded.ts';
import { type Screen, textOf } from '../screen.ts';
import { needsSend, promptFor, QUESTION_ID, splitFactors, type TypedStep } from './fields.ts';

export interface AnswerFormProps {
  screen: Extract<Screen, { kind: 'step' }> & { step: TypedStep };
  texts: Texts;
  /** Whether the field takes the focus: true after the user navigated. */
  isNext: boolean;
  onAnswer: (value: string) => void;
  /** Chooses another second-factor method, or the same one again. */
  onChoose: (factor: string) => void;
  /** The transaction or question, shown before the answer is asked for. */
  about?: ComponentChildren;
  /** Shown above the button. */
  below?: ComponentChildren;
  /** Cancels a transaction. */
  onCancel: () => void;
  passkeys: PasskeyModule | null | undefined;
  /** Requests a passkey instead of a login, if the service offers it. */
  onPasskey: (inWindow: boolean) => void;
  /** Absent if the user did not choose the login. */
  onNotYou?: (() => void) | undefined;
  /** Address of the password reset; absent if there is none. */
  resetUrl?: string | undefined;
}

interface State {
  /** The error that the form finds before it sends. */
  mistake?: TextKey | undefined;
  isShown?: boolean;
}

/** All steps with a typed answer share one form, as password managers expect. */
export class AnswerForm extends Component<AnswerFormProps, State> {
  heading = createRef<HTMLHeadingElement>();
  input = createRef<HTMLInputElement>();
  timer: ReturnType<typeof setInterval> | undefined;

  override componentDidMount() {
    // No focus on arrival: it would leave the page, and open the keyboard of a phone.
    // No focus past a transaction: the user reads it first.
    const { isNext, screen } = this.props;
    if (isNext)
      (screen.view.transaction || matchMedia('(pointer: coarse)').matches ? this.heading : this.input).current?.focus();
    this.timer = setInterval(this.tick, 1_000);
  }

  override componentWillUnmount() {
    clearInterval(this.timer);
  }

  override componentDidUpdate(before: AnswerFormProps) {
    const { notice } = this.props.screen;
    if (notice && notice !== before.screen.notice) this.focusError();
    else if (this.props.isNext && needsSend(before.screen.view) && this.props.screen.view.sent) {
      // The field appears together with the code. Focus it, unless that would open a keyboard.
      if (!matchMedia('(pointer: coarse)').matches) this.input.current?.focus();
    }
  }

  /** Selects the wrong input, so that typing replaces it. */
  focusError() {
    this.input.current?.focus();
    this.input.current?.select();
  }

  leftMs(): number {
    return this.props.screen.notice?.wait?.leftMs() ?? 0;
  }

  /** Updates the wait every second. */
  tick = () => {
    if (this.props.screen.notice?.wait) this.forceUpdate();
  };

  answer = (event: Event) => {
    event.preventDefault();
    const { step, busy, view } = this.props.screen;
    if (busy || this.leftMs()) return;
    if (needsSend(view)) return this.props.onChoose(view.factor ?? '');
    const prompt = promptFor(step, view);
    const value = prompt.read(this.input.current?.value ?? '');
    const mistake = value ? prompt.validate?.(value) : prompt.missing;
    this.setState({ mistake });
    if (mistake) this.focusError();
    else this.props.onAnswer(value);
  };

  override render(props: AnswerFormProps, { mistake, isShown }: State) {
    const { screen, texts, about, below, onNotYou, onChoose, onCancel, passkeys, onPasskey, resetUrl } = props;
    const { step, view, busy, notice, resend } = screen;
    const { label, hint, button, attributes } = promptFor(step, view);
    const { chosen, others } = splitFactors(view);
    const { sent } = view;
    // Where a code mailed as the first factor went is not shown.
    const sentTo = sent?.to && texts('sentTo', { destination: sent.to });
    const isUnsent = needsSend(view);
    const leftMs = this.leftMs();
    const passkey = step === 'identify' ? view.passkey : undefined;
    // A login is never refused, so a notice at its step is about a passkey unless the form itself found it.
    const passkeyNotice = passkey && !mistake && notice && isOfPasskey(notice.text) ? notice : undefined;
    const errorKey = mistake ?? (passkeyNotice ? undefined : notice?.text);
    const error = errorKey && !busy ? textOf(errorKey, texts) : undefined;
    return (
      <form onSubmit={this.answer} novalidate aria-busy={busy}>
        <h1 ref={this.heading} tabIndex={-1}>
          {texts(`${step}Title`)}
        </h1>
        {step !== 'identify' && view.login !== undefined && (
          <SignedInAs login={view.login} texts={texts} isSigning={step === 'sign'} onNotYou={onNotYou} />
        )}
        {about}
        {isUnsent ? (
          <div class="field">
            <p>{texts('sendTo', { destination: chosen?.to })}</p>
            <Alert>{error}</Alert>
          </div>
        ) : (
          <Field
            {...attributes}
            describedBy={view.question && QUESTION_ID}
            autocomplete={passkey ? 'username webauthn' : attributes.autocomplete}
            type={isShown ? 'text' : attributes.type}
            id={step}
            label={texts(label)}
            hint={!error && (sentTo ?? (hint && texts(hint)))}
            error={error}
            input={this.input}
            readOnly={busy}
          >
            {step === 'password' && (
              <button
                type="button"
                class="icon"
                aria-label={texts(isShown ? 'hidePassword' : 'showPassword')}
                aria-pressed={!!isShown}
                onClick={() => this.setState({ isShown: !isShown })}
              >
                <Eye isOpen={!!isShown} />
              </button>
            )}
          </Field>
        )}
        {notice?.wait && !busy && (
          <p class="hint" role="timer">
            {leftMs ? waitText(texts, leftMs) : texts('mayTryAgain')}
          </p>
        )}
        {below}
        <SubmitButton isBusy={busy} isIdle={busy || leftMs > 0}>
          {texts(isUnsent ? (busy ? 'sending' : 'send') : busy ? 'checking' : button)}
        </SubmitButton>
        {passkey && passkeys && (
          <passkeys.PasskeyButton notice={passkeyNotice} texts={texts} isBusy={busy} onPasskey={onPasskey} />
        )}
        {resend && sent && (
          <SendAgain until={resend} texts={texts} isBusy={busy} onSend={() => onChoose(view.factor ?? '')} />
        )}
        {step === 'sign' && (
          <button type="button" class="second" aria-disabled={busy} onClick={onCancel}>
            {texts('cancel')}
          </button>
        )}
        {step === 'password' && resetUrl && (
          <a
            class="link"
            // No server and no Referer gets the login: it is in the fragment.
            href={`${resetUrl}&lang=${texts.lang}#${new URLSearchParams({ name: view.login ?? '' })}`}
            target="_blank"
            rel="noreferrer"
          >
            {texts('forgotPassword')}
          </a>
        )}
        {/* Closes again once a method is chosen. */}
        <OtherMethods
          key={view.factor}
          methods={others}
          texts={texts}
          isBusy={busy || leftMs > 0}
          isOpen={isUnsent && !!error}
          onChoose={onChoose}
        />
        <p class="unseen" role="status">
          {busy ? texts(isUnsent ? 'sending' : 'checking') : sentTo}
        </p>
      </form>
    );
  }
}

function isOfPasskey(notice: string): boolean {
  return notice.startsWith('passkey') || notice === 'INVALID_CREDENTIALS';
}
