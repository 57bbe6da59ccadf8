import type { TextKey } from '../i18n/en.ts';
import { Card, type CardProps } from './parts/card.tsx';
import { Check } from './parts/icons.tsx';
import type { Passkeys } from './passkey/loaded.ts';
import { type Screen, textOf } from './screen.ts';
import type { SignIn } from './sign-in.ts';
import { AnswerForm } from './steps/answer-form.tsx';
import { MessageScreen } from './steps/message-screen.tsx';

export interface AppProps extends Omit<CardProps, 'children'> {
  screen: Screen;
  /** Whether the person has done anything in the frame: only then may it move the focus. */
  hasActed: boolean;
  /** Second-factor-only mode: the person is given. */
  isGiven: boolean;
  resetUrl: string | undefined;
  signIn: SignIn;
  /** Null: it did not load. */
  passkeys: Passkeys | null | undefined;
  onPasskey: (inWindow: boolean) => void;
}

export function App(props: AppProps) {
  return (
    <Card {...props}>
      <ScreenBody {...props} />
    </Card>
  );
}

function ScreenBody({ screen, texts, hasActed, isGiven, resetUrl, signIn, passkeys, onPasskey }: AppProps) {
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
  const loading = (
    <div class="loading" role="status" aria-label={texts('loading')}>
      <span class="spinner" />
    </div>
  );
  const startAgain = { label: 'startAgain', run: signIn.restart } as const;
  const tryAgain = { label: 'tryAgain', run: signIn.start } as const;

  switch (screen.kind) {
    case 'step': {
      const { step } = screen;
      const props = {
        texts,
        isNext: hasActed,
        onChoose: signIn.choose,
        onPasskey,
        onNotYou: isGiven ? undefined : signIn.restart,
      };
      if (step !== 'passkey') {
        const own = { screen: { ...screen, step }, resetUrl, passkeys, onAnswer: signIn.submit };
        return <AnswerForm key={step} {...own} {...props} />;
      }
      if (passkeys) return <passkeys.PasskeyForm key={step} screen={screen} {...props} />;
      return passkeys === null ? message('offlineTitle', texts('offlineText'), tryAgain) : loading;
    }
    case 'done':
      return message('doneTitle', texts('doneText'));
    case 'denied': {
      const { code, mayRestart } = screen;
      return message('deniedTitle', textOf(code, texts), mayRestart ? startAgain : undefined);
    }
    case 'expired':
      return message('expiredTitle', texts('expiredText'), startAgain);
    case 'offline':
      return message('offlineTitle', texts('offlineText'), tryAgain);
    case 'failed':
      return message('failedTitle', texts('failedText'), tryAgain);
    default:
      return loading;
  }
}
