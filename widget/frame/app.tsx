import { Check } from '@countersign/ui/icons.tsx';
import type { ComponentChildren } from 'preact';
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
import { MessageScreen } from './steps/message-screen.tsx';

export interface AppProps extends Omit<CardProps, 'children'> {
  screen: Screen;
  /** Whether the user has done anything in the frame: only then may the frame move the focus. */
  hasActed: boolean;
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
  const {
    screen,
    texts,
    name,
    hasActed,
    isUserKnown,
    resetUrl,
    signIn,
    passkeys,
    isEnrolment,
    enrolment,
    about,
    extra,
    onPasskey,
  } = all;
  const loading = <Loading texts={texts} />;
  const message = (title: TextKey, text: string, action?: { label: TextKey; run: () => void }) => (
    <MessageScreen
      key={screen.kind}
      title={texts(title)}
      text={text}
      isNext={hasActed}
      mark={screen.kind === 'done' && <Check />}
      action={action && { label: texts(action.label), run: action.run }}
    />
  );
  const startAgain = { label: 'startAgain', run: signIn.restart } as const;
  const tryAgain = { label: 'tryAgain', run: signIn.start } as const;
  const offline = message('offlineTitle', texts('offlineText'), tryAgain);
  /** Parts that few users need load on demand, so they may be missing. */
  const unloaded = (loaded: unknown) => (loaded === null ? offline : loading);
  if (isEnrolment && (enrolment || screen.kind !== 'done')) {
    if (!enrolment) return unloaded(enrolment);
    const { Enrolment, t } = enrolment;
    return <Enrolment {...{ screen, texts, t, name, signIn }} isNext={hasActed} />;
  }

  const form = (screen: Extract<Screen, { kind: 'step' }>, shown?: ComponentChildren) => {
    const { step, view } = screen;
    if (step === 'enrol' || step === 'codes' || step === 'self') return loading;
    const props = {
      texts,
      isNext: hasActed,
      about: shown,
      below: extra?.(view, texts),
      onChoose: signIn.choose,
      onCancel: signIn.cancel,
      onPasskey,
      onNotYou: isUserKnown ? undefined : signIn.restart,
    };
    // A transaction has its own step, also when a passkey confirms it.
    if (step !== 'passkey' && !(step === 'sign' && view.passkey)) {
      const own = { screen: { ...screen, step }, resetUrl, passkeys, onAnswer: signIn.submit };
      return <AnswerForm key={step + view.factors?.[0]?.id} {...own} {...props} />;
    }
    if (passkeys) return <passkeys.PasskeyForm key="passkey" screen={screen} {...props} />;
    return unloaded(passkeys);
  };
  switch (screen.kind) {
    case 'step': {
      const { view } = screen;
      // An answer is possible only once the question or the transaction is on the screen.
      if (!isAbout(view)) return form(screen);
      return about ? form(screen, <about.About view={view} texts={texts} />) : unloaded(about);
    }
    case 'done':
      return message(screen.isSigning ? 'signedTitle' : 'doneTitle', texts('doneText'));
    case 'denied': {
      const { code, canRestart } = screen;
      return message(
        screen.isSigning ? 'unsignedTitle' : 'deniedTitle',
        textOf(code, texts),
        canRestart ? startAgain : undefined,
      );
    }
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
