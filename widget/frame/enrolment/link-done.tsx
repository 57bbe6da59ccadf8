import type { EnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import { Check } from '../parts/icons.tsx';
import { MessageScreen } from '../steps/message-screen.tsx';

/** A link that is none, or none any more: whatever is wrong with it, it says the same. */
export function InvalidLink({ words, text }: { words: EnrolmentTexts; text: string }) {
  return <MessageScreen title={words('linkBadTitle')} text={text} isNext />;
}

/** The end of what a mailed link began: no site waits for anything. */
export function LinkDone({ words }: { words: EnrolmentTexts }) {
  return <MessageScreen title={words('linkDoneTitle')} text={words('linkDoneText')} isNext mark={<Check />} />;
}
