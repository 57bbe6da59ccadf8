import { en, type TextKey } from '../../i18n/en.ts';
import { type EnrolmentKey, en as enrolmentEnglish } from '../../i18n/enrolment/en.ts';
import { type EnrolmentTexts, loadEnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import type { Texts } from '../../i18n/texts.ts';
import type { Screen } from '../screen.ts';
import type { SignIn } from '../sign-in.ts';
import { CodesScreen } from './codes-screen.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { LinkBad, LinkDone } from './link-done.tsx';
import { putOnStyle } from './style.ts';
import { UnlockOffer } from './unlock-offer.tsx';

export interface EnrolmentProps {
  screen: Screen;
  texts: Texts;
  words: EnrolmentTexts;
  /** The resource's name. */
  name: string;
  isNext: boolean;
  signIn: SignIn;
}

/** What the steps say and wear; both come with them. */
export async function loadEnrolment(lang: string) {
  const words = await loadEnrolmentTexts(lang);
  putOnStyle();
  return { words, Enrolment };
}

/** Everything about setting up a token, and the mails around it. */
function Enrolment({ screen, texts, words, name, isNext, signIn }: EnrolmentProps) {
  const inWords = (code: string | undefined) => {
    if (code === undefined) return undefined;
    if (Object.hasOwn(enrolmentEnglish, code)) return words(code as EnrolmentKey);
    return texts(Object.hasOwn(en, code) ? (code as TextKey) : 'unexpected');
  };
  if (screen.kind === 'done') return <LinkDone words={words} />;
  if (screen.kind === 'denied') {
    const { code, unlock, notice } = screen;
    if (!unlock) return <LinkBad words={words} text={inWords(code) ?? ''} />;
    return <UnlockOffer unlock={unlock} words={words} told={inWords(notice)} onAsk={signIn.askUnlock} />;
  }
  if (screen.kind !== 'step') return null;
  const { enrol, codes } = screen.view;
  const shared = { screen, texts, words, told: inWords(screen.notice?.text) };
  if (codes) return <CodesScreen {...shared} codes={codes} name={name} onConfirm={signIn.confirmCodes} />;
  if (!enrol) return null;
  return <EnrolForm {...shared} enrol={enrol} isNext={isNext} onAnswer={signIn.enrol} onLater={signIn.later} />;
}
