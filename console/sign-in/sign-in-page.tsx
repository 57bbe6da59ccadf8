import type { PasskeyRequest } from '@countersign/protocol/passkey';
import type { SessionView, SignInView } from '@countersign/protocol/session';
import { Alert } from '@countersign/ui/alert.tsx';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { refusalText, type TextKey, type Texts } from '../i18n/texts.ts';
import { Card, Loading, Message } from '../parts/card.tsx';
import type { FieldSpec } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import type { Client } from '../service/client.ts';
import { createPasskey, requestPasskey } from '../service/passkey.ts';
import { Enrolment } from './enrolment.tsx';
import { ForgottenPassword } from './forgotten.tsx';
import { createHandleMemory } from './handle-memory.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import type { AnswerableStep, Screen } from './screen.ts';
import { createSignIn, type KnownCredentials, type SignIn } from './sign-in.ts';

export interface SignInPageProps {
  client: Client;
  texts: Texts;
  known: KnownCredentials;
  /** Whether a session has ended, which the first step says. */
  hasEnded: boolean;
  onSession(session: SessionView): void;
}

/** The screens that end a sign-in. */
type EndKind = Exclude<Screen['kind'], 'loading' | 'account' | 'step' | 'codes'>;

/** The sign-in of administrators. */
export function SignInPage({ client, texts, known, hasEnded, onSession }: SignInPageProps) {
  const [screen, show] = useState<Screen>({ kind: 'loading' });
  const [hasActed, setActed] = useState(known.email !== undefined);
  const [hasForgotten, setForgotten] = useState(false);
  const signIn = useMemo(() => {
    const memory = createHandleMemory(() => sessionStorage);
    return createSignIn({ client, memory, show, enter: onSession });
  }, [client, onSession]);
  useEffect(() => {
    const { start, checkTime } = signIn;
    start(known);
    const onVisible = () => document.visibilityState === 'visible' && checkTime();
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, [signIn, known]);
  const markActed = <A extends unknown[]>(run: (...values: A) => void) => {
    return (...values: A) => {
      setActed(true);
      run(...values);
    };
  };
  const end = (text: string, label: TextKey, run: () => void) => (
    <Message
      texts={texts}
      isNext={hasActed}
      title={texts(`${screen.kind as EndKind}Title`)}
      text={text}
      action={{ label: texts(label), run: markActed(() => run()) }}
    />
  );

  switch (screen.kind) {
    case 'loading':
      return <Loading texts={texts} />;
    case 'account':
      return (
        <Card texts={texts} title={texts('accountTitle')} isNext={hasActed}>
          <p class="lead">{texts('accountText')}</p>
          <Form
            fields={[{ name: 'account', kind: 'text', label: texts('accountId'), hint: texts('accountIdHint') }]}
            button={texts('continue')}
            texts={texts}
            sending={screen}
            onSubmit={markActed(({ account = '' }) => signIn.chooseAccount(account))}
          />
        </Card>
      );
    case 'step':
      if (hasForgotten) {
        const { email } = screen.view;
        const back = () => setForgotten(false);
        return (
          <ForgottenPassword client={client} texts={texts} account={signIn.account()} email={email} onBack={back} />
        );
      }
      return (
        <Step
          key={screen.step}
          screen={screen}
          texts={texts}
          isNext={hasActed}
          note={hasEnded && !hasActed ? texts('sessionEnded') : undefined}
          signIn={
            {
              ...signIn,
              submit: markActed(signIn.submit),
              submitPasskey: markActed(signIn.submitPasskey),
              submitNewPasskey: markActed(signIn.submitNewPasskey),
              restart: markActed(signIn.restart),
            } as SignIn
          }
          onForgotten={markActed(() => setForgotten(true))}
        />
      );
    case 'codes':
      return (
        <Card texts={texts} title={texts('codesTitle')} isNext>
          <RecoveryCodes codes={screen.codes} texts={texts} onKept={signIn.keptCodes} />
        </Card>
      );
    case 'denied':
      return end(refusalText(texts, screen.code), 'startAgain', signIn.restart);
    case 'refused':
      return end(refusalText(texts, screen.notice.code), 'tryAgain', signIn.start);
    case 'offline':
      return end(texts('offlineText'), 'tryAgain', signIn.start);
    default:
      return end(texts(`${screen.kind}Text`), 'startAgain', signIn.restart);
  }
}

interface StepProps {
  screen: Extract<Screen, { kind: 'step' }>;
  texts: Texts;
  isNext: boolean;
  note: string | undefined;
  signIn: SignIn;
  onForgotten(): void;
}

function Step({ screen, texts, isNext, note, signIn, onForgotten }: StepProps) {
  const { step, view } = screen;
  const isTouch = matchMedia('(pointer: coarse)').matches;
  const passkey = passkeyAlone(view, signIn);
  return (
    // The title does not take the focus if the form does.
    <Card
      texts={texts}
      title={texts(passkey?.title ?? `${step}Title`)}
      isNext={isNext && (isTouch || step === 'enrol' || passkey !== undefined)}
      isWide={step === 'enrol' && !passkey}
    >
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      {step === 'identify' && <p class="lead">{texts('identifyText')}</p>}
      {step !== 'identify' && view.email !== undefined && (
        <div class="who">
          <p>
            <span class="who-label">{texts('signingInAs')}</span> <strong>{view.email}</strong>
          </p>
          <button type="button" class="link" onClick={() => signIn.restart()}>
            {texts('notYou')}
          </button>
        </div>
      )}
      {view.enrolment && step === 'enrol' && (
        <>
          <p class="lead">{texts('enrolText')}</p>
          <Enrolment enrolment={view.enrolment} texts={texts} />
        </>
      )}
      {passkey ? (
        <PasskeyForm {...{ screen, texts, passkey }} />
      ) : (
        <Form
          fields={[fieldOf(step, texts)]}
          button={texts(step === 'identify' ? 'continue' : step === 'password' ? 'signIn' : 'confirm')}
          texts={texts}
          sending={screen}
          username={step === 'password' ? view.email : undefined}
          isNext={isNext && step !== 'enrol'}
          onSubmit={(values) => signIn.submit(Object.values(values)[0] ?? '')}
        />
      )}
      {(step === 'identify' || step === 'password') && (
        <button type="button" class="link below" onClick={onForgotten}>
          {texts('forgotten')}
        </button>
      )}
      {view.passkey && step === 'otp' && !passkey && (
        <PasskeyAnswer request={view.passkey} texts={texts} signIn={signIn} />
      )}
      {(step === 'otp' || step === 'recovery') && !passkey && (
        <button type="button" class="link below" onClick={() => signIn.answerByRecoveryCode(step === 'otp')}>
          {texts(step === 'otp' ? 'lostToken' : 'tokenAgain')}
        </button>
      )}
    </Card>
  );
}

interface PasskeyAlone {
  title: TextKey;
  text: TextKey;
  button: TextKey;
  /** Asks the device, and answers the step. False: the device did not respond. */
  ask(): Promise<boolean>;
}

/** The step that only a passkey answers: an existing one, or the first. */
function passkeyAlone({ step, passkey, isPasskeyRequired, newPasskey }: SignInView, signIn: SignIn) {
  if (step === 'otp' && passkey && isPasskeyRequired) {
    return {
      title: 'passkeyUse',
      text: 'passkeyOnlyText',
      button: 'passkeyUse',
      async ask() {
        const assertion = await requestPasskey(passkey);
        if (assertion) await signIn.submitPasskey(assertion);
        return assertion !== undefined;
      },
    } satisfies PasskeyAlone;
  }
  if (step !== 'enrol' || !newPasskey) return undefined;
  return {
    title: 'newPasskeyTitle',
    text: 'newPasskeyText',
    button: 'passkeyCreate',
    async ask() {
      const response = await createPasskey(newPasskey);
      if (response) await signIn.submitNewPasskey(response);
      return response !== undefined;
    },
  } satisfies PasskeyAlone;
}

function PasskeyForm({ screen, texts, passkey }: Pick<StepProps, 'screen' | 'texts'> & { passkey: PasskeyAlone }) {
  const [hasFailed, setFailed] = useState(false);
  const { isBusy, notice } = screen;
  const shown = notice ?? (hasFailed ? { code: 'PASSKEY_INVALID', fields: [] } : undefined);
  return (
    <>
      <p class="lead">{texts(passkey.text)}</p>
      <Form
        fields={[]}
        button={texts(passkey.button)}
        texts={texts}
        sending={{ isBusy, ...(shown && { notice: shown }) }}
        onSubmit={async () => setFailed(!(await passkey.ask()))}
      />
    </>
  );
}

/** A passkey in place of the code. */
function PasskeyAnswer({ request, texts, signIn }: Pick<StepProps, 'texts' | 'signIn'> & { request: PasskeyRequest }) {
  const [hasFailed, setFailed] = useState(false);
  const ask = async () => {
    setFailed(false);
    const assertion = await requestPasskey(request);
    if (assertion) await signIn.submitPasskey(assertion);
    else setFailed(true);
  };
  return (
    <>
      <Alert>{hasFailed && texts('PASSKEY_INVALID')}</Alert>
      <button type="button" class="secondary passkey" onClick={ask}>
        {texts('passkeyUse')}
      </button>
    </>
  );
}

function fieldOf(step: AnswerableStep, texts: Texts): FieldSpec {
  switch (step) {
    case 'identify':
      return { name: 'email', kind: 'email', label: texts('email') };
    case 'password':
      return { name: 'password', kind: 'password', label: texts('password') };
    case 'otp':
      return { name: 'otp', kind: 'otp', label: texts('otp'), hint: texts('otpHint') };
    case 'recovery':
      return { name: 'code', kind: 'code', label: texts('recoveryCode'), hint: texts('recoveryHint') };
    case 'enrol':
      return { name: 'otp', kind: 'otp', label: texts('enrolCode'), hint: texts('enrolCodeHint') };
  }
}
