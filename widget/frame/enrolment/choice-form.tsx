import type { EnrolView } from '@countersign/protocol/flow';
import type { EnrolmentKind } from '@countersign/protocol/tokens';
import { Alert } from '@countersign/ui/alert.tsx';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { Texts } from '../../i18n/texts.ts';
import { CancelLinks } from './cancel-links.tsx';
import { StepForm } from './step-form.tsx';

export interface ChoiceFormProps {
  enrol: EnrolView;
  isBusy: boolean;
  texts: Texts;
  t: EnrolmentTexts;
  isNext: boolean;
  refusal: string | undefined;
  onChoose: (kind: EnrolmentKind) => void;
  onLater: () => void;
}

/** The choice of the kind of token, the recommended one first. */
export function ChoiceForm({ enrol, isBusy, texts, t, isNext, refusal, onChoose, onLater }: ChoiceFormProps) {
  const out = <CancelLinks {...{ enrol, texts, t, isBusy, onLater }} />;
  const step = { texts, isNext, isBusy, onSubmit: () => undefined, after: out };
  if (enrol.kinds.length === 0) {
    return (
      <StepForm {...step} title={t('noneTitle')} text={t('noneText')}>
        <Alert>{!isBusy && refusal}</Alert>
      </StepForm>
    );
  }
  return (
    <StepForm
      {...step}
      title={t(enrol.fromSelf ? 'addTitle' : 'chooseTitle')}
      text={enrol.fromSelf ? undefined : t('chooseText')}
    >
      <Alert>{!isBusy && refusal}</Alert>
      <ul class="kinds">
        {enrol.kinds.map((kind, at) => (
          <li key={kind}>
            <button type="button" class="kind" aria-disabled={isBusy} onClick={() => !isBusy && onChoose(kind)}>
              <b>{t(`kind_${kind}`)}</b>
              {at === 0 && enrol.kinds.length > 1 && <i>{t('recommended')}</i>}
              <span>{t(`kind_${kind}_text`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </StepForm>
  );
}
