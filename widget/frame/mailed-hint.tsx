import type { FlowView } from '@countersign/protocol/flow';
import mailed from '@countersign/ui/i18n/locales/en/widget/mailed.json';
import { addEnglish, type Texts } from '../i18n/texts.ts';

addEnglish(mailed);

/** Of a code mailed as the first factor: where it went, without telling whether the name exists. */
export function drawMailedHint({ sent }: FlowView, texts: Texts) {
  return (
    sent?.to === '' && (
      <p class="hint" role="status">
        {texts('mailedHint')}
      </p>
    )
  );
}
