import type { EnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import { Check } from '../parts/icons.tsx';
import { MessageScreen } from '../steps/message-screen.tsx';

/** The end of what a mailed link began: no site waits for anything. */
export function LinkDone({ words }: { words: EnrolmentTexts }) {
  return <MessageScreen title={words('linkDoneTitle')} text={words('linkDoneText')} isNext mark={<Check />} />;
}
