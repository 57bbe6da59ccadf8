import type { EnrolmentKind, EnrolView } from '@countersign/protocol/flow';
import type { EnrolmentKey } from '../../i18n/enrolment/en.ts';
import type { EnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import type { Texts } from '../../i18n/texts.ts';
import { CancelLinks } from './cancel-links.tsx';
import { FormError, StepForm } from './step-form.tsx';

const WORDS: Record<EnrolmentKind, [title: EnrolmentKey, text: EnrolmentKey]> = {
  webauthn: ['kindPasskey', 'kindPasskeyText'],
  totp: ['kindApp', 'kindAppText'],
  email: ['kindEmail', 'kindEmailText'],
  sms: ['kindSms', 'kindSmsText'],
};

export interface ChoiceFormProps {
  enrol: EnrolView;
  isBusy: boolean;
  texts: Texts;
  words: EnrolmentTexts;
  isNext: boolean;
  told: string | undefined;
  onChoose: (kind: EnrolmentKind) => void;
  onLater: () => void;
}

/** Which kind of token it shall be, the recommended one first. */
export function ChoiceForm({ enrol, isBusy, texts, words, isNext, told, onChoose, onLater }: ChoiceFormProps) {
  const out = <CancelLinks {...{ enrol, texts, words, isBusy, onLater }} />;
  const step = { texts, isNext, isBusy, onSubmit: () => undefined, after: out };
  if (enrol.kinds.length === 0) {
    return (
      <StepForm {...step} title={words('noneTitle')} text={words('noneText')}>
        <FormError told={!isBusy && told} />
      </StepForm>
    );
  }
  return (
    <StepForm {...step} title={words('chooseTitle')} text={words('chooseText')}>
      <FormError told={!isBusy && told} />
      <ul class="kinds">
        {enrol.kinds.map((kind, at) => (
          <li key={kind}>
            <button type="button" class="kind" aria-disabled={isBusy} onClick={() => !isBusy && onChoose(kind)}>
              <b>{words(WORDS[kind][0])}</b>
              {at === 0 && enrol.kinds.length > 1 && <i>{words('recommended')}</i>}
              <span>{words(WORDS[kind][1])}</span>
            </button>
          </li>
        ))}
      </ul>
    </StepForm>
  );
}
