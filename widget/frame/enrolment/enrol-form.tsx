import type { EnrolView } from '@countersign/protocol/flow';
import { Component, createRef } from 'preact';
import type { TextKey } from '../../i18n/en.ts';
import type { EnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import type { Texts } from '../../i18n/texts.ts';
import { Field } from '../parts/field.tsx';
import type { Screen } from '../screen.ts';
import { promptFor } from '../steps/fields.ts';
import { CancelLinks } from './cancel-links.tsx';
import { CopyButton } from './copy-button.tsx';

export interface EnrolFormProps {
  screen: Extract<Screen, { kind: 'step' }>;
  enrol: Extract<EnrolView, { kind: 'totp' }>;
  texts: Texts;
  words: EnrolmentTexts;
  /** Whether the person came here by their own doing, so that the focus goes along. */
  isNext: boolean;
  /** What keeps the person at this step, in words. */
  told: string | undefined;
  onAnswer: (code: string) => void;
  onBack: () => void;
  onLater: () => void;
}

/** An authenticator app reads a key, by camera or by hand, and shows its first code. */
export class EnrolForm extends Component<EnrolFormProps, { mistake?: TextKey | undefined }> {
  heading = createRef<HTMLHeadingElement>();
  input = createRef<HTMLInputElement>();

  override componentDidMount() {
    // Not the field: whoever comes here reads from the top.
    if (this.props.isNext) this.heading.current?.focus();
  }

  override componentDidUpdate(before: EnrolFormProps) {
    if (!this.props.told || this.props.screen.notice === before.screen.notice) return;
    this.input.current?.focus();
    this.input.current?.select();
  }

  answer = (event: Event) => {
    event.preventDefault();
    if (this.props.screen.busy) return;
    const prompt = promptFor('otp');
    const code = prompt.read(this.input.current?.value ?? '');
    const mistake = code ? prompt.judge?.(code) : prompt.missing;
    this.setState({ mistake });
    if (mistake) this.input.current?.focus();
    else this.props.onAnswer(code);
  };

  override render(
    { screen: { busy }, enrol, texts, words, told, onBack, onLater }: EnrolFormProps,
    { mistake }: { mistake?: TextKey | undefined },
  ) {
    const { qr, secret, uri } = enrol;
    const isPhone = matchMedia('(pointer: coarse)').matches;
    const error = busy ? undefined : mistake ? texts(mistake) : told;
    return (
      <form class="enrol" onSubmit={this.answer} novalidate aria-busy={busy}>
        <div>
          <h1 ref={this.heading} tabIndex={-1}>
            {words('enrolTitle')}
          </h1>
          <p class="hint">{words('enrolText')}</p>
        </div>
        <ol class="steps">
          <li>{words('haveApp')}</li>
          <li>
            {words('scan')}
            <svg class="qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label={words('qr')}>
              <path d={qr.path} />
            </svg>
            <details open={isPhone}>
              <summary>{words('noScan')}</summary>
              {/* A window of its own: a frame may not be led to an app. */}
              <a class="link" href={uri} target="_blank" rel="noreferrer">
                {words('openApp')}
              </a>
              <p>{words('typeKey')}</p>
              <p class="key" dir="ltr">
                {inGroups(secret)}
              </p>
              <CopyButton text={secret} words={words} />
            </details>
          </li>
          <li>
            {words('typeCode')}
            <Field
              {...promptFor('otp').attributes}
              id="enrol"
              label={words('code')}
              error={error}
              input={this.input}
              readOnly={busy}
            />
          </li>
        </ol>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy && <span class="spinner" />}
          {texts(busy ? 'checking' : 'confirm')}
        </button>
        <CancelLinks {...{ enrol, texts, words, onBack, onLater }} isBusy={busy} />
        <p class="unseen" role="status">
          {busy && texts('checking')}
        </p>
      </form>
    );
  }
}

function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ');
}
