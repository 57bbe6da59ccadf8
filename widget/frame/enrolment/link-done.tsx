import { Check } from '@countersign/ui/icons.tsx';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import { MessageScreen } from '../steps/message-screen.tsx';

/** A link that is none, or none any more: whatever is wrong with it, it says the same. */
export function InvalidLink({ t, text }: { t: EnrolmentTexts; text: string }) {
  return <MessageScreen title={t('linkBadTitle')} text={text} isNext />;
}

/** The end of what a mailed link began: no site waits for anything. */
export function LinkDone({ t }: { t: EnrolmentTexts }) {
  return <MessageScreen title={t('linkDoneTitle')} text={t('linkDoneText')} isNext mark={<Check />} />;
}
