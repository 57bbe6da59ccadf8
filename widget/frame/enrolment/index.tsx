import type { FlowView } from '@countersign/protocol/flow';
import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import { Check } from '@countersign/ui/icons.tsx';
import { type EnrolmentTexts, isEnrolmentText, loadEnrolmentTexts } from '../../i18n/enrolment.ts';
import { type Texts, withOwnTexts } from '../../i18n/texts.ts';
import { type Screen, textOf } from '../screen.ts';
import type { SignIn } from '../sign-in.ts';
import { MessageScreen } from '../steps/message-screen.tsx';
import { ChoiceForm } from './choice-form.tsx';
import { CodesScreen } from './codes-screen.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { InvalidLink, LinkDone } from './link-done.tsx';
import { PasskeyStep } from './passkey-step.tsx';
import { PasswordRemedyLink } from './password-remedy.tsx';
import { SentStep } from './sent-step.tsx';
import { injectStyle } from './style.ts';
import { UnlockOffer } from './unlock-offer.tsx';

export interface EnrolmentProps {
  screen: Screen;
  texts: Texts;
  t: EnrolmentTexts;
  /** The resource's name. */
  name: string;
  isNext: boolean;
  signIn: SignIn;
}

/** Loads the texts and the style of the enrolment. */
export async function loadEnrolment(lang: string) {
  const t = await withOwnTexts(await loadEnrolmentTexts(lang), ['enrolment']);
  injectStyle();
  return { t, Enrolment };
}

export type LoadedEnrolment = Awaited<ReturnType<typeof loadEnrolment>>;

/** Null if it is not the password that has to be changed. */
function remedyLink(unlock: NonNullable<FlowView['unlock']>, t: EnrolmentTexts) {
  return typeof unlock === 'object' || unlock === 'offered' || unlock === 'sent' ? null : (
    <PasswordRemedyLink remedy={unlock} t={t} />
  );
}

/** The screens for setting up and unlocking tokens. */
function Enrolment({ screen, texts, t, name, isNext, signIn }: EnrolmentProps) {
  const messageFor = (code: string) => (isEnrolmentText(code) ? t(code) : textOf(code, texts));
  if (screen.kind === 'done') {
    if (!screen.unlock) return <LinkDone t={t} />;
    const text = t('PASSWORD_CHANGE_REQUIRED');
    return (
      <MessageScreen title={texts('doneTitle')} text={text} isNext={isNext} mark={<Check />}>
        {remedyLink(screen.unlock, t)}
      </MessageScreen>
    );
  }
  if (screen.kind === 'denied') {
    const { code, canRestart, unlock } = screen;
    if (!unlock) return <InvalidLink t={t} text={messageFor(code)} />;
    const again = { label: texts('startAgain'), run: signIn.restart };
    const isBySite = typeof unlock === 'object';
    return (
      <MessageScreen
        title={texts(screen.isSigning ? 'unsignedTitle' : 'deniedTitle')}
        text={(isBySite && unlock.reason) || messageFor(code)}
        isNext={isNext}
        action={canRestart ? again : undefined}
      >
        {remedyLink(unlock, t) ??
          (!isBySite && (
            <UnlockOffer isSent={unlock === 'sent'} t={t} messageFor={messageFor} ask={() => signIn.ask('unlock')} />
          ))}
      </MessageScreen>
    );
  }
  if (screen.kind !== 'step') return null;
  const { enrol, codes } = screen.view;
  const { notice } = screen;
  const shared = { screen, texts, t, refusal: notice && messageFor(notice.text) };
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
