import type { ComponentChildren } from 'preact';
import { en, type TextKey } from '../i18n/en.ts';
import type { Enrolment } from './enrolment/index.tsx';
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
  const enrolment = (show: (loaded: Enrolment) => ComponentChildren) => (
    <Loaded
      key={texts.lang}
      load={() => import('./enrolment/index.tsx').then(({ loadEnrolment }) => loadEnrolment(texts.lang))}
      waiting={loading}
      failed={(again) => message('offlineTitle', texts('offlineText'), { label: 'tryAgain', run: again })}
    >
      {show}
    </Loaded>
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
  const startAgain = { label: 'startAgain', run: signIn.restart } as const;
  const tryAgain = { label: 'tryAgain', run: signIn.start } as const;

  switch (screen.kind) {
    case 'step': {
      const { step, view, notice } = screen;
      const told = notice && texts(Object.hasOwn(en, notice.text) ? (notice.text as TextKey) : 'unexpected');
      const { enrol, codes } = view;
      if (step === 'enrol' && enrol) {
        return enrolment(({ EnrolForm, words }) => (
          <EnrolForm
            screen={screen}
            enrol={enrol}
            texts={texts}
            words={words}
            isNext={hasActed}
            told={told}
            onAnswer={signIn.enrol}
            onLater={signIn.later}
          />
        ));
      }
      if (step === 'codes' && codes) {
        return enrolment(({ CodesScreen, words }) => (
          <CodesScreen
            screen={screen}
            codes={codes}
            name={name}
            texts={texts}
            words={words}
            told={told}
            onConfirm={signIn.confirmCodes}
          />
        ));
      }
      if (!isTyped(step)) return loading;
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
      return isLinked
        ? enrolment(({ LinkDone, words }) => <LinkDone words={words} />)
        : message('doneTitle', texts('doneText'));
    case 'denied': {
      const { code, mayRestart, unlock, notice } = screen;
      const text = texts(Object.hasOwn(en, code) ? (code as TextKey) : 'unexpected');
      const told = notice && texts(Object.hasOwn(en, notice) ? (notice as TextKey) : 'unexpected');
      const wayOut =
        unlock &&
        enrolment(({ UnlockOffer, words }) => (
          <UnlockOffer unlock={unlock} words={words} told={told} onAsk={signIn.askUnlock} />
        ));
      return message('deniedTitle', text, mayRestart ? startAgain : undefined, wayOut);
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
