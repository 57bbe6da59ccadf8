import type { EnrolView } from '@countersign/protocol/flow';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { Texts } from '../../i18n/texts.ts';

export interface CancelLinksProps {
  enrol: EnrolView;
  texts: Texts;
  t: EnrolmentTexts;
  isBusy: boolean;
  /** Returns to the choice of kind; absent on the choice itself. */
  onBack?: () => void;
  onLater: () => void;
}

/** Links for a user who does not want to set up a token now. */
export function CancelLinks({ enrol, texts, t, isBusy, onBack, onLater }: CancelLinksProps) {
  const { kinds, kind, mayWait, until, fromSelf } = enrol;
  const day = until !== undefined && new Intl.DateTimeFormat(texts.lang, { dateStyle: 'long' }).format(until);
  const isOneOfMany = onBack && kind && (kinds.length > 1 || !kinds.includes(kind));
  if (!isOneOfMany && !mayWait) return null;
  return (
    <div class="later">
      {isOneOfMany && (
        <button type="button" class="link" aria-disabled={isBusy} onClick={() => !isBusy && onBack()}>
          {texts('otherWays')}
        </button>
      )}
      {mayWait && (
        <>
          <button type="button" class="link" aria-disabled={isBusy} onClick={() => !isBusy && onLater()}>
            {t(fromSelf ? 'cancel' : 'later')}
          </button>
          {!fromSelf && <p class="hint">{day ? t('laterUntil', { date: day }) : t('laterFree')}</p>}
        </>
      )}
    </div>
  );
}
