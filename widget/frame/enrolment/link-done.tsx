import { Check } from '@countersign/ui/icons.tsx';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import { MessageScreen } from '../steps/message-screen.tsx';

/** The page of an invalid or used link; the text is the same for every cause. */
export function InvalidLink({ t, text }: { t: EnrolmentTexts; text: string }) {
  return <MessageScreen title={t('linkBadTitle')} text={text} isNext />;
}

/** The end of a flow that a mailed link started, with no site to return to. */
export function LinkDone({ t }: { t: EnrolmentTexts }) {
  return <MessageScreen title={t('linkDoneTitle')} text={t('linkDoneText')} isNext mark={<Check />} />;
}
