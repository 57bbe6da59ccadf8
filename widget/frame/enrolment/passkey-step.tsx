import type { EnrolView } from '@countersign/protocol/flow';
import type { PasskeyAttestation, PasskeyCreation } from '@countersign/protocol/passkey';
import type { PasskeyFailure, WindowWords } from '@countersign/protocol/passkey-window';
import { Alert } from '@countersign/ui/alert.tsx';
import { Component } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { Texts } from '../../i18n/texts.ts';
import { createPasskeyAnywhere } from '../passkey/creation.ts';
import { CancelLinks } from './cancel-links.tsx';
import { StepForm } from './step-form.tsx';

export interface PasskeyStepProps {
  enrol: EnrolView;
  creation: PasskeyCreation;
  isBusy: boolean;
  texts: Texts;
  t: EnrolmentTexts;
  /** Name of the resource. */
  name: string;
  isNext: boolean;
  refusal: string | undefined;
  onMade: (response: PasskeyAttestation) => void;
  onBack: () => void;
  onLater: () => void;
}

interface State {
  isAsking?: boolean;
  failure?: PasskeyFailure | undefined;
}

/** Creates a passkey in the frame, or in a window if the frame is not allowed to. */
export class PasskeyStep extends Component<PasskeyStepProps, State> {
  isGone = false;

  override componentWillUnmount() {
    this.isGone = true;
  }

  /** Must be called in a click, because it may open a window. */
  make = async (inWindow: boolean) => {
    const { creation, isBusy, onMade } = this.props;
    if (isBusy || this.state.isAsking) return;
    this.setState({ isAsking: true, failure: undefined });
    const outcome = await createPasskeyAnywhere(creation, { inWindow, words: this.windowWords() });
    if (this.isGone) return;
    const failure = 'failure' in outcome ? outcome.failure : undefined;
    this.setState({ isAsking: false, failure });
    if (!('failure' in outcome)) onMade(outcome.attestation);
  };

  windowWords(): WindowWords {
    const { texts, t, name } = this.props;
    return {
      lang: texts.lang,
      dir: texts.dir,
      name,
      title: t('passkeyTitle'),
      text: t('passkeyText'),
      button: t('makePasskey'),
      failed: {
        passkeyCancelled: t('passkeyCancelled'),
        passkeyRefused: t('passkeyRefused'),
        passkeyUnknown: t('passkeyUnknown'),
        passkeyExists: t('passkeyExists'),
      },
    };
  }

  override render(
    { enrol, isBusy, texts, t, isNext, refusal, onBack, onLater }: PasskeyStepProps,
    { isAsking = false, failure }: State,
  ) {
    const isWaiting = isBusy || isAsking;
    const error = failure ? t(failure) : refusal;
    return (
      <StepForm
        title={t('passkeyTitle')}
        text={t('passkeyText')}
        {...{ texts, isNext }}
        isBusy={isWaiting}
        button={t('makePasskey')}
        busyText={isAsking ? t('passkeyWaiting') : texts('checking')}
        onSubmit={() => this.make(false)}
        after={<CancelLinks {...{ enrol, texts, t, onBack, onLater }} isBusy={isWaiting} />}
      >
        <Alert>{!isWaiting && error}</Alert>
        {/* Outside a frame another window would not help. */}
        {failure && !isWaiting && parent !== window && (
          <button type="button" class="link" onClick={() => this.make(true)}>
            {t('passkeyWindow')}
          </button>
        )}
      </StepForm>
    );
  }
}
