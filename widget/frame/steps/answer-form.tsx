import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { en, type TextKey } from '../../i18n/en.ts';
import type { Texts } from '../../i18n/texts.ts';
import { Field } from '../parts/field.tsx';
import { Eye } from '../parts/icons.tsx';
import { useLeftMs } from '../parts/waiting.ts';
import type { Screen } from '../screen.ts';

export interface AnswerFormProps {
  screen: Extract<Screen, { kind: 'step' }>;
  texts: Texts;
  /** Whether the person came here from an earlier step, so that the focus goes along. */
  isNext: boolean;
  onAnswer: (value: string) => void;
  /** Absent where the login is not the person's choice. */
  onNotYou?: (() => void) | undefined;
}

const FIELDS = {
  identify: {
    title: 'identifyTitle',
    label: 'login',
    missing: 'loginMissing',
    button: 'continue',
    attributes: { name: 'username', type: 'text', autocomplete: 'username', maxLength: 256 },
  },
  password: {
    title: 'passwordTitle',
    label: 'password',
    missing: 'passwordMissing',
    button: 'signIn',
    attributes: { name: 'password', type: 'password', autocomplete: 'current-password' },
  },
  otp: {
    title: 'otpTitle',
    label: 'otp',
    missing: 'otpMissing',
    button: 'confirm',
    attributes: { name: 'otp', type: 'text', autocomplete: 'one-time-code', inputMode: 'numeric' },
  },
} as const;

/** A code as shown by apps and mails: in groups. The service takes digits alone. */
const GROUPING = /[\s\u200b\u2060-]/g;

/** The three steps that take an answer are one form, as password managers expect it. */
export function AnswerForm({ screen, texts, isNext, onAnswer, onNotYou }: AnswerFormProps) {
  const { step, view, busy, notice } = screen;
  const { title, label, missing, button, attributes } = FIELDS[step];
  const heading = useRef<HTMLHeadingElement>(null);
  const arrived = useRef(isNext);
  const input = useRef<HTMLInputElement>(null);
  const [mistake, setMistake] = useState<TextKey | undefined>();
  const [isShown, setShown] = useState(false);
  const leftMs = useLeftMs(notice?.wait);

  // Never on arrival: that would take the focus from the page, and open the keyboard of a phone.
  useLayoutEffect(() => {
    if (arrived.current) focusOn(matchMedia('(pointer: coarse)').matches ? heading.current : input.current);
  }, []);
  useLayoutEffect(() => {
    if (!notice && !mistake) return;
    input.current?.focus();
    input.current?.select();
  }, [notice, mistake]);

  const answer = (event: Event) => {
    event.preventDefault();
    if (busy || leftMs) return;
    const typed = input.current?.value ?? '';
    const value = step === 'otp' ? typed.replace(GROUPING, '') : step === 'identify' ? typed.trim() : typed;
    const found = !value ? missing : step === 'otp' && !/^\d{6,10}$/.test(value) ? 'OTP_MALFORMED' : undefined;
    setMistake(found);
    if (found) input.current?.focus();
    else onAnswer(value);
  };

  const told = mistake ?? notice?.text;
  const error = told && !busy ? texts(Object.hasOwn(en, told) ? (told as TextKey) : 'unexpected') : undefined;
  return (
    <form onSubmit={answer} novalidate aria-busy={busy}>
      <h1 ref={heading} tabIndex={-1}>
        {texts(title)}
      </h1>
      {step !== 'identify' && view.login !== undefined && (
        <div class="who">
          <label for="who">{texts('signingInAs')}</label>
          <input id="who" name="username" autocomplete="username" value={view.login} readOnly />
          {onNotYou && (
            <button type="button" class="link" onClick={onNotYou}>
              {texts('notYou')}
            </button>
          )}
        </div>
      )}
      <Field
        {...attributes}
        type={isShown ? 'text' : attributes.type}
        id={step}
        label={texts(label)}
        hint={step === 'otp' ? texts('otpHint') : undefined}
        error={error}
        input={input}
        readOnly={busy}
      >
        {step === 'password' && (
          <button
            type="button"
            class="icon"
            aria-label={texts(isShown ? 'hidePassword' : 'showPassword')}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
          >
            <Eye isOpen={isShown} />
          </button>
        )}
      </Field>
      {notice?.wait && !busy && (
        <p class="hint" role="timer">
          {leftMs > 0 ? remaining(texts, leftMs) : texts('mayTryAgain')}
        </p>
      )}
      {/* Not `disabled`: a button that loses the focus loses the person who uses a keyboard. */}
      <button type="submit" class="primary" aria-disabled={busy || leftMs > 0}>
        {busy && <span class="spinner" />}
        {texts(busy ? 'checking' : button)}
      </button>
      <p class="unseen" role="status">
        {busy && texts('checking')}
      </p>
    </form>
  );
}

function remaining(texts: Texts, leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1_000);
  return seconds < 120 ? texts('waitSeconds', seconds) : texts('waitMinutes', Math.ceil(seconds / 60));
}

function focusOn(element: HTMLElement | null): void {
  element?.focus({ preventScroll: false });
}
