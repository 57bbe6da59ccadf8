import type { Ref } from 'preact';
import type { TextKey } from '../i18n/en.ts';
import type { Texts } from '../i18n/texts.ts';
import { Card } from './parts/card.tsx';
import { Check } from './parts/icons.tsx';
import { type Screen, textOf } from './screen.ts';
import type { SignIn } from './sign-in.ts';
import { AnswerForm } from './steps/answer-form.tsx';
import { MessageScreen } from './steps/message-screen.tsx';
import { PasskeyForm } from './steps/passkey-form.tsx';

export interface AppProps {
  screen: Screen;
  texts: Texts;
  /** The resource's name. */
  name: string;
  /** Whether the person has done anything in the frame: only then may it move the focus. */
  hasActed: boolean;
  /** Second-factor-only mode: the person is given. */
  isGiven: boolean;
  resetUrl: string | undefined;
  card: Ref<HTMLElement>;
  signIn: SignIn;
  onPasskey: (inWindow: boolean) => void;
  onClose?: (() => void) | undefined;
}

export function App({ card, name, texts, onClose, ...rest }: AppProps) {
  return (
    <Card card={card} name={name} texts={texts} onClose={onClose}>
      <ScreenBody texts={texts} {...rest} />
    </Card>
  );
}

function ScreenBody({
  screen,
  texts,
  hasActed,
  isGiven,
  resetUrl,
  signIn,
  onPasskey,
}: Omit<AppProps, 'card' | 'name' | 'onClose'>) {
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
      if (step === 'passkey') return <PasskeyForm key={step} screen={screen} {...props} />;
      return (
        <AnswerForm key={step} screen={{ ...screen, step }} resetUrl={resetUrl} onAnswer={signIn.submit} {...props} />
      );
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
      return (
        <div class="loading" role="status" aria-label={texts('loading')}>
          <span class="spinner" />
        </div>
      );
  }
}
