import type { ComponentChildren } from 'preact';
import { en, type TextKey } from '../i18n/en.ts';
import { Card, type CardProps } from './parts/card.tsx';
import { Check } from './parts/icons.tsx';
import { Later } from './parts/later.tsx';
import type { Screen } from './screen.ts';
import type { SignIn } from './sign-in.ts';
import { AnswerForm } from './steps/answer-form.tsx';
import { MessageScreen } from './steps/message-screen.tsx';

/** Only whoever has such a device, or something to confirm, needs it. */
const loadAbout = () => import('./steps/about.tsx').then(({ About }) => About);

export interface AppProps extends Omit<CardProps, 'children'> {
  screen: Screen;
  /** Whether the person has done anything in the frame: only then may it move the focus. */
  hasActed: boolean;
  /** Second-factor-only mode: the person is given. */
  isGiven: boolean;
  resetUrl: string | undefined;
  signIn: SignIn;
}

export function App(props: AppProps) {
  return (
    <Card {...props}>
      <ScreenBody {...props} />
    </Card>
  );
}

function ScreenBody({ screen, texts, hasActed, isGiven, resetUrl, signIn }: AppProps) {
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
  const form = (screen: Extract<Screen, { kind: 'step' }>, about?: ComponentChildren) => (
    <AnswerForm
      key={screen.step}
      screen={screen}
      texts={texts}
      isNext={hasActed}
      about={about}
      onAnswer={signIn.submit}
      onChoose={signIn.choose}
      onCancel={signIn.cancel}
      resetUrl={resetUrl}
      onNotYou={isGiven ? undefined : signIn.restart}
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
      const { view } = screen;
      if (!view.question && !view.transaction) return form(screen);
      return (
        <Later
          key={screen.step}
          load={loadAbout}
          wait={loading}
          failed={(again) => message('offlineTitle', texts('offlineText'), { label: 'tryAgain', run: again })}
        >
          {(About) => form(screen, <About view={view} texts={texts} />)}
        </Later>
      );
    }
    case 'done':
      return message(screen.signs ? 'signedTitle' : 'doneTitle', texts('doneText'));
    case 'denied': {
      const { code, mayRestart } = screen;
      const text = texts(Object.hasOwn(en, code) ? (code as TextKey) : 'unexpected');
      return message(screen.signs ? 'unsignedTitle' : 'deniedTitle', text, mayRestart ? startAgain : undefined);
    }
    case 'expired':
      return screen.signs
        ? message('unsignedTitle', texts('unsignedExpired'))
        : message('expiredTitle', texts('expiredText'), startAgain);
    case 'offline':
      return message('offlineTitle', texts('offlineText'), tryAgain);
    case 'failed':
      return message('failedTitle', texts('failedText'), tryAgain);
    default:
      return loading;
  }
}
