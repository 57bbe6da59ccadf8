import type { EnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import type { Unlock } from '../screen.ts';

export interface UnlockOfferProps {
  unlock: Unlock;
  words: EnrolmentTexts;
  /** Why no mail went out. */
  told: string | undefined;
  onAsk: () => void;
}

/** Below the word that a token is locked: a way out for whoever locked it themselves. */
export function UnlockOffer({ unlock, words, told, onAsk }: UnlockOfferProps) {
  const isBusy = unlock === 'busy';
  return (
    <div class="unlock">
      <p role="status">{words(unlock === 'sent' ? 'unlockSent' : 'unlockText')}</p>
      {told && (
        <p class="error" role="alert">
          {told}
        </p>
      )}
      {unlock !== 'sent' && (
        <button type="button" class="secondary" aria-disabled={isBusy} onClick={() => !isBusy && onAsk()}>
          {isBusy && <span class="spinner" />}
          {words('unlock')}
        </button>
      )}
    </div>
  );
}
