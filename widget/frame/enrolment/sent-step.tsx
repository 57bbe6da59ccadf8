import type { EnrolView } from '@countersign/protocol/flow';
import { Alert } from '@countersign/ui/alert.tsx';
import { Field, type FieldAttributes } from '@countersign/ui/field.tsx';
import { Component, createRef } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { TextKey, Texts } from '../../i18n/texts.ts';
import { SendAgain } from '../parts/send-again.tsx';
import type { Screen } from '../screen.ts';
import { promptFor } from '../steps/fields.ts';
import { CancelLinks } from './cancel-links.tsx';
import { StepForm } from './step-form.tsx';

export interface SentStepProps {
  screen: Extract<Screen, { kind: 'step' }>;
  enrol: Extract<EnrolView, { kind: 'sms' | 'email' }>;
  texts: Texts;
  t: EnrolmentTexts;
  isNext: boolean;
  refusal: string | undefined;
  /** Sends a code: to this number, or to the previous one if absent. */
  onSend: (phone?: string) => void;
  onAnswer: (code: string) => void;
  onBack: () => void;
  onLater: () => void;
}

interface State {
  mistake?: string | undefined;
  /** The user wants the code sent to another number. */
  isElsewhere?: boolean;
}

const PHONE: FieldAttributes = { name: 'phone', type: 'tel', autocomplete: 'tel', dir: 'ltr' };
/** Characters that users write in a number, such as spaces and brackets. */
const WRITING = /[\s\u200b\u2060()./-]/g;
const INTERNATIONAL = /^\+[1-9]\d{7,14}$/;

/** Sets up a token for sent codes: asks for a number or shows a masked address, then asks for the first code. */
export class SentStep extends Component<SentStepProps, State> {
  input = createRef<HTMLInputElement>();

  override componentDidUpdate(before: SentStepProps) {
    const { screen, refusal } = this.props;
    const { view, notice } = screen;
    const isSent = view.sent !== undefined && view !== before.screen.view && view.seq !== before.screen.view.seq;
    if (isSent && this.state.isElsewhere) this.setState({ isElsewhere: false });
    if (refusal && notice !== before.screen.notice) {
      this.input.current?.focus();
      this.input.current?.select();
    } else if (view.sent && !before.screen.view.sent && !matchMedia('(pointer: coarse)').matches) {
      // The field appears together with the code.
      this.input.current?.focus();
    }
  }

  /** The input that this step asks for, if any. */
  asksFor(): 'code' | 'phone' | undefined {
    const { screen, enrol } = this.props;
    if (screen.view.sent && !this.state.isElsewhere) return 'code';
    return enrol.to === undefined ? 'phone' : undefined;
  }

  submit = () => {
    const { onSend, onAnswer, texts, t } = this.props;
    const wanted = this.asksFor();
    if (!wanted) return onSend();
    const typed = this.input.current?.value ?? '';
    const value = wanted === 'code' ? promptFor('otp').read(typed) : typed.replace(WRITING, '').replace(/^00/, '+');
    const mistake = wanted === 'code' ? codeError(value, texts) : phoneError(value, t);
    this.setState({ mistake });
    if (mistake) this.input.current?.focus();
    else if (wanted === 'code') onAnswer(value);
    else onSend(value);
  };

  elsewhere = () => {
    this.setState({ isElsewhere: true, mistake: undefined });
  };

  override render(
    { screen, enrol, texts, t, isNext, refusal, onSend, onBack, onLater }: SentStepProps,
    { mistake }: State,
  ) {
    const { busy, view, resend } = screen;
    const { sent } = view;
    const wanted = this.asksFor();
    const isCode = wanted === 'code';
    const error = busy ? undefined : (mistake ?? refusal);
    const field = { id: wanted === 'phone' ? 'phone' : 'enrol', error, input: this.input, readOnly: busy };
    const otherNumber = (
      <button type="button" class="link" aria-disabled={busy} onClick={() => !busy && this.elsewhere()}>
        {t('otherNumber')}
      </button>
    );
    return (
      <StepForm
        title={t(`${enrol.kind}Title`)}
        text={t(`${enrol.kind}Text`)}
        {...{ texts, isNext }}
        isBusy={busy}
        button={texts(isCode ? 'confirm' : 'send')}
        busyText={texts(isCode ? 'checking' : 'sending')}
        onSubmit={this.submit}
        after={<CancelLinks {...{ enrol, texts, t, onBack, onLater }} isBusy={busy} />}
      >
        {!wanted && (
          <div class="field">
            <p>{texts('sendTo', { destination: enrol.to })}</p>
            <Alert>{error}</Alert>
          </div>
        )}
        {wanted === 'phone' && (
          <Field key="phone" {...PHONE} {...field} label={t('phone')} hint={!error && t('phoneHint')} />
        )}
        {isCode && sent && (
          <div>
            <Field
              key="code"
              {...promptFor('otp').attributes}
              {...field}
              label={texts('otp')}
              hint={!error && texts('sentTo', { destination: sent.to })}
            />
            {resend && <SendAgain until={resend} texts={texts} isBusy={busy} onSend={() => onSend()} />}
            {enrol.to === undefined && otherNumber}
          </div>
        )}
      </StepForm>
    );
  }
}

function codeError(code: string, texts: Texts): string | undefined {
  const { missing, validate } = promptFor('otp');
  const mistake: TextKey | undefined = code ? validate?.(code) : missing;
  return mistake && texts(mistake);
}

function phoneError(phone: string, t: EnrolmentTexts): string | undefined {
  if (!phone) return t('phoneMissing');
  return INTERNATIONAL.test(phone) ? undefined : t('PHONE_MALFORMED');
}
