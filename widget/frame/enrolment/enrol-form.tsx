import type { EnrolView } from '@countersign/protocol/flow';
import { SubmitButton } from '@countersign/ui/button.tsx';
import { Field } from '@countersign/ui/field.tsx';
import { Component, createRef } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { TextKey, Texts } from '../../i18n/texts.ts';
import type { Screen } from '../screen.ts';
import { promptFor } from '../steps/fields.ts';
import { CancelLinks } from './cancel-links.tsx';
import { CopyButton } from './copy-button.tsx';

export interface EnrolFormProps {
  screen: Extract<Screen, { kind: 'step' }>;
  enrol: Extract<EnrolView, { kind: 'totp' }>;
  texts: Texts;
  t: EnrolmentTexts;
  /** Whether the heading takes the focus: true after the user navigated. */
  isNext: boolean;
  /** The error message of this step. */
  refusal: string | undefined;
  onAnswer: (code: string) => void;
  onBack: () => void;
  onLater: () => void;
}

/** Sets up an authenticator app by QR code or key, and asks for its first code. */
export class EnrolForm extends Component<EnrolFormProps, { mistake?: TextKey | undefined }> {
  heading = createRef<HTMLHeadingElement>();
  input = createRef<HTMLInputElement>();

  override componentDidMount() {
    // Focus the heading instead of the field, so that the user reads from the top.
    if (this.props.isNext) this.heading.current?.focus();
  }

  override componentDidUpdate(before: EnrolFormProps) {
    if (!this.props.refusal || this.props.screen.notice === before.screen.notice) return;
    this.input.current?.focus();
    this.input.current?.select();
  }

  answer = (event: Event) => {
    event.preventDefault();
    if (this.props.screen.busy) return;
    const prompt = promptFor('otp');
    const code = prompt.read(this.input.current?.value ?? '');
    const mistake = code ? prompt.validate?.(code) : prompt.missing;
    this.setState({ mistake });
    if (mistake) this.input.current?.focus();
    else this.props.onAnswer(code);
  };

  override render(
    { screen: { busy }, enrol, texts, t, refusal, onBack, onLater }: EnrolFormProps,
    { mistake }: { mistake?: TextKey | undefined },
  ) {
    const { qr, secret, uri } = enrol;
    const isPhone = matchMedia('(pointer: coarse)').matches;
    const error = busy ? undefined : mistake ? texts(mistake) : refusal;
    return (
      <form class="enrol" onSubmit={this.answer} novalidate aria-busy={busy}>
        <div>
          <h1 ref={this.heading} tabIndex={-1}>
            {t('enrolTitle')}
          </h1>
          <p class="hint">{t('enrolText')}</p>
        </div>
        <ol class="steps">
          <li>{t('haveApp')}</li>
          <li>
            {t('scan')}
            <svg class="qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label={t('qr')}>
              <path d={qr.path} />
            </svg>
            <details open={isPhone}>
              <summary>{t('noScan')}</summary>
              {/* Opens another window: a frame may not navigate to an app. */}
              <a class="link" href={uri} target="_blank" rel="noreferrer">
                {t('openApp')}
              </a>
              <p>{t('typeKey')}</p>
              <p class="key" dir="ltr">
                {inGroups(secret)}
              </p>
              <CopyButton text={secret} t={t} />
            </details>
          </li>
          <li>
            {t('typeCode')}
            <Field
              {...promptFor('otp').attributes}
              id="enrol"
              label={t('code')}
              error={error}
              input={this.input}
              readOnly={busy}
            />
          </li>
        </ol>
        <SubmitButton isBusy={busy}>{texts(busy ? 'checking' : 'confirm')}</SubmitButton>
        <CancelLinks {...{ enrol, texts, t, onBack, onLater }} isBusy={busy} />
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
