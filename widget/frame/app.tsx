import { Check } from '@countersign/ui/icons.tsx';
import type { TextKey } from '../i18n/texts.ts';
import type { LoadedEnrolment } from './enrolment/index.tsx';
import type { Extra } from './extras.ts';
import { Card, type CardProps } from './parts/card.tsx';
import { Loading } from './parts/loading.tsx';
import type { PasskeyModule } from './passkey/loaded.ts';
import { type Screen, textOf } from './screen.ts';
import type { SignIn } from './sign-in.ts';
import { AnswerForm } from './steps/answer-form.tsx';
import { isAbout } from './steps/fields.ts';
import { MessageScreen, type MessageScreenProps } from './steps/message-screen.tsx';

export interface AppProps extends Omit<CardProps, 'children'> {
  screen: Screen;
  /** Whether the user has done anything in the frame: only then may the frame move the focus. */
  isNext: boolean;
  /** Second-factor-only mode: the user is already known. */
  isUserKnown: boolean;
  resetUrl: string | undefined;
  signIn: SignIn;
  /** Null if it did not load. */
  passkeys: PasskeyModule | null | undefined;
  /** Whether this screen sets up or unlocks a token, and the module that shows it. */
  isEnrolment: boolean;
  enrolment: LoadedEnrolment | null | undefined;
  /** Shows a question or a transaction; null if it did not load. */
  about: typeof import('./steps/about.tsx') | null | undefined;
  /** Draws what few resources have below the field. */
  extra: Extra | undefined;
  onPasskey: (inWindow: boolean) => void;
}

export function App(props: AppProps) {
  return (
    <Card {...props} help={props.screen.kind === 'denied' && { help: `/help${location.search}` }}>
      <ScreenBody {...props} />
    </Card>
  );
}

function ScreenBody(all: AppProps) {
  const { screen, texts, isNext, signIn, passkeys, enrolment, about, extra } = all;
  const loading = <Loading texts={texts} />;
  const message = (title: TextKey, text: string, action?: MessageScreenProps['action']) => (
    <MessageScreen
      key={screen.kind}
      title={texts(title)}
      text={text}
      isNext={isNext}
      mark={screen.kind === 'done' && <Check />}
      action={action}
    />
  );
  const startAgain = { label: texts('startAgain'), run: signIn.restart };
  const tryAgain = { label: texts('tryAgain'), run: signIn.start };
  const offline = message('offlineTitle', texts('offlineText'), tryAgain);
  /** Parts that few users need load on demand, so they may be missing. */
  const unloaded = (loaded: unknown) => (loaded === null ? offline : loading);
  if (all.isEnrolment && (enrolment || screen.kind !== 'done')) {
    if (!enrolment) return unloaded(enrolment);
    return <enrolment.Enrolment {...all} t={enrolment.t} />;
  }

  switch (screen.kind) {
    case 'step': {
      const { step, view } = screen;
      const isAsking = isAbout(view);
      // An answer is possible only once the question or the transaction is on the screen.
      if (isAsking && !about) return unloaded(about);
      if (step === 'enrol' || step === 'codes' || step === 'self') return loading;
      const props = {
        ...all,
        about: isAsking && about && <about.About view={view} texts={texts} />,
        below: extra?.(view, texts),
        onChoose: signIn.choose,
        onCancel: signIn.cancel,
        onNotYou: all.isUserKnown ? undefined : signIn.restart,
      };
      // A transaction has its own step, also when a passkey confirms it.
      if (step !== 'passkey' && !(step === 'sign' && view.passkey))
        return (
          <AnswerForm
            key={step + view.factors?.[0]?.id}
            {...props}
            screen={{ ...screen, step }}
            onAnswer={signIn.submit}
          />
        );
      if (passkeys) return <passkeys.PasskeyForm key="passkey" {...props} screen={screen} />;
      return unloaded(passkeys);
    }
    case 'done':
      return message(screen.isSigning ? 'signedTitle' : 'doneTitle', texts('doneText'));
    case 'denied':
      return message(
        screen.isSigning ? 'unsignedTitle' : 'deniedTitle',
        textOf(screen.code, texts),
        screen.canRestart ? startAgain : undefined,
      );
    case 'expired':
      return screen.isSigning
        ? message('unsignedTitle', texts('unsignedExpired'))
        : message('expiredTitle', texts('expiredText'), startAgain);
    case 'offline':
      return offline;
    case 'failed':
      return message('failedTitle', texts('failedText'), tryAgain);
    default:
      return loading;
  }
}
