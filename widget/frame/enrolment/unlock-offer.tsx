import { Component } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { FlowAnswer } from '../flow-client.ts';

export interface UnlockOfferProps {
  /** Whether a link had been sent when the sign-in ended. */
  isSent: boolean;
  t: EnrolmentTexts;
  /** Formats a refusal's code. */
  messageFor: (code: string) => string;
  ask: () => Promise<FlowAnswer>;
}

interface State {
  isBusy?: boolean;
  isSent?: boolean;
  /** Why no email was sent. */
  problem?: string | undefined;
}

/** Offers to unlock a locked token by email. */
export class UnlockOffer extends Component<UnlockOfferProps, State> {
  ask = async () => {
    if (this.state.isBusy) return;
    this.setState({ isBusy: true, problem: undefined });
    const { view, code = 'interrupted' } = await this.props.ask();
    this.setState({ isBusy: false, isSent: !!view, problem: view ? undefined : code });
  };

  override render({ isSent: wasSent, t, messageFor }: UnlockOfferProps, { isBusy, isSent, problem }: State) {
    const isDone = isSent || wasSent;
    return (
      <div class="unlock">
        <p role="status">{t(isDone ? 'unlockSent' : 'unlockText')}</p>
        {problem && (
          <p class="error" role="alert">
            {messageFor(problem)}
          </p>
        )}
        {!isDone && (
          <button type="button" class="secondary" aria-disabled={!!isBusy} onClick={this.ask}>
            {isBusy && <span class="spinner" />}
            {t('unlock')}
          </button>
        )}
      </div>
    );
  }
}
