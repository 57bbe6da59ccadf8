import type { ComponentChildren } from 'preact';
import { en, type TextKey } from '../i18n/en.ts';
import { isTyped } from './flow-client.ts';
import { Card, type CardProps } from './parts/card.tsx';
import { Check } from './parts/icons.tsx';
import { Loaded } from './parts/loaded.tsx';
import type { Screen } from './screen.ts';
import type { SignIn } from './sign-in.ts';
import { AnswerForm } from './steps/answer-form.tsx';
import { MessageScreen } from './steps/message-screen.tsx';

export interface AppProps extends Omit<CardProps, 'children'> {
  screen: Screen;
  /** Whether the person has done anything in the frame: only then may it move the focus. */
  hasActed: boolean;
  /** Second-factor-only mode: the person is given. */
  isGiven: boolean;
  /** On the page that a mailed link to an enrolment leads to. */
  isLinked: boolean;
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

function ScreenBody({ screen, texts, name, hasActed, isGiven, isLinked, resetUrl, signIn }: AppProps) {
  const loading = (
    <div class="loading" role="status" aria-label={texts('loading')}>
      <span class="spinner" />
    </div>
  );
  const message = (
    title: TextKey,
    text: string,
    action?: { label: TextKey; run: () => void },
    more?: ComponentChildren,
  ) => (
    <MessageScreen
      key={screen.kind}
      title={texts(title)}
      text={text}
      isNext={hasActed}
      mark={screen.kind === 'done' && <Check />}
      action={action && { label: texts(action.label), run: action.run }}
    >
      {more}
    </MessageScreen>
  );
  const enrolment = (
    <Loaded
      key={texts.lang}
      load={() => import('./enrolment/index.tsx').then(({ loadEnrolment }) => loadEnrolment(texts.lang))}
      waiting={loading}
      failed={(again) => message('offlineTitle', texts('offlineText'), { label: 'tryAgain', run: again })}
    >
      {({ Enrolment, words }) => <Enrolment {...{ screen, texts, words, name, signIn }} isNext={hasActed} />}
    </Loaded>
  );
  const startAgain = { label: 'startAgain', run: signIn.restart } as const;
  const tryAgain = { label: 'tryAgain', run: signIn.start } as const;

  switch (screen.kind) {
    case 'step': {
      const { step } = screen;
      if (!isTyped(step)) return enrolment;
      return (
        <AnswerForm
          key={step}
          step={step}
          screen={screen}
          texts={texts}
          isNext={hasActed}
          onAnswer={signIn.submit}
          onChoose={signIn.choose}
          resetUrl={resetUrl}
          onNotYou={isGiven ? undefined : signIn.restart}
        />
      );
    }
    case 'done':
      return isLinked ? enrolment : message('doneTitle', texts('doneText'));
    case 'denied': {
      const { code, mayRestart, unlock } = screen;
      if (code === 'ENROLMENT_LINK_INVALID') return enrolment;
      const text = texts(Object.hasOwn(en, code) ? (code as TextKey) : 'unexpected');
      return message('deniedTitle', text, mayRestart ? startAgain : undefined, unlock && enrolment);
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
