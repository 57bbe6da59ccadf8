import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import { type EnrolmentKey, en as enrolmentEnglish } from '../../i18n/enrolment/en.ts';
import { type EnrolmentTexts, loadEnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import type { Texts } from '../../i18n/texts.ts';
import { type Screen, textOf } from '../screen.ts';
import type { SignIn } from '../sign-in.ts';
import { MessageScreen } from '../steps/message-screen.tsx';
import { ChoiceForm } from './choice-form.tsx';
import { CodesScreen } from './codes-screen.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { InvalidLink, LinkDone } from './link-done.tsx';
import { PasskeyStep } from './passkey-step.tsx';
import { SentStep } from './sent-step.tsx';
import { injectStyle } from './style.ts';
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
  injectStyle();
  return { words, Enrolment };
}

export type LoadedEnrolment = Awaited<ReturnType<typeof loadEnrolment>>;

/** Everything about setting up a token, and the mails around it. */
function Enrolment({ screen, texts, words, name, isNext, signIn }: EnrolmentProps) {
  const inWords = (code: string) =>
    Object.hasOwn(enrolmentEnglish, code) ? words(code as EnrolmentKey) : textOf(code, texts);
  if (screen.kind === 'done') return <LinkDone words={words} />;
  if (screen.kind === 'denied') {
    const { code, mayRestart, unlock } = screen;
    if (!unlock) return <InvalidLink words={words} text={inWords(code)} />;
    const again = { label: texts('startAgain'), run: signIn.restart };
    return (
      <MessageScreen
        title={texts('deniedTitle')}
        text={inWords(code)}
        isNext={isNext}
        action={mayRestart ? again : undefined}
      >
        <UnlockOffer unlock={unlock} words={words} tell={inWords} ask={() => signIn.ask('unlock')} />
      </MessageScreen>
    );
  }
  if (screen.kind !== 'step') return null;
  const { enrol, codes } = screen.view;
  const { notice } = screen;
  const shared = { screen, texts, words, told: notice && inWords(notice.text) };
  if (codes) return <CodesScreen {...shared} codes={codes} name={name} onConfirm={() => signIn.act('codes')} />;
  if (!enrol) return null;
  const step = {
    ...shared,
    isNext,
    isBusy: screen.busy,
    onAnswer: (otp: string) => signIn.act('enrol', { otp }),
    onBack: () => signIn.act('enrol/kind'),
    onLater: () => signIn.act('enrol/later'),
  };
  switch (enrol.kind) {
    case 'totp':
      return <EnrolForm {...step} enrol={enrol} />;
    case 'webauthn': {
      const made = (response: PasskeyAttestation) => signIn.act('enrol/passkey', { response });
      return <PasskeyStep {...step} {...{ enrol, name }} creation={enrol.creation} onMade={made} />;
    }
    case 'sms':
    case 'email': {
      const send = (phone?: string) => signIn.act('enrol/send', { ...(phone !== undefined && { phone }) });
      return <SentStep key={enrol.kind} {...step} enrol={enrol} onSend={send} />;
    }
    default:
      return <ChoiceForm {...step} enrol={enrol} onChoose={(kind) => signIn.act('enrol/kind', { kind })} />;
  }
}
