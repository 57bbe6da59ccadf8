import { useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import { Card, Message } from '../parts/card.tsx';
import { SendingForm } from '../parts/form.tsx';
import type { Client } from '../service/client.ts';

export interface ForgottenProps {
  client: Client;
  texts: Texts;
  /** Set on a server with several accounts. */
  account: string | undefined;
  /** The address typed at the sign-in, if any. */
  email: string | undefined;
  onBack(): void;
}

/** Requests a password reset. The response is the same for known and unknown addresses. */
export function ForgottenPassword({ client, texts, account, email, onBack }: ForgottenProps) {
  const [outcome, setOutcome] = useState<{ kind: 'asked'; email: string } | { kind: 'absent' }>();
  const back = { label: texts('backToSignIn'), run: onBack };
  if (outcome?.kind === 'asked') {
    const text = texts('forgottenAsked', { email: outcome.email });
    return <Message texts={texts} isNext title={texts('forgottenAskedTitle')} text={text} action={back} />;
  }
  if (outcome?.kind === 'absent') {
    const [title, text] = [texts('mailAbsentTitle'), texts('mailAbsentText')];
    return <Message texts={texts} isNext title={title} text={text} action={back} />;
  }
  return (
    <Card texts={texts} title={texts('forgotten')} isNext={matchMedia('(pointer: coarse)').matches}>
      <p class="lead">{texts('forgottenText')}</p>
      <SendingForm
        fields={[{ name: 'email', kind: 'email', label: texts('email'), ...(email !== undefined && { value: email }) }]}
        button={texts('forgottenButton')}
        texts={texts}
        isNext
        send={(values) => client.send('POST', 'reset/ask', { ...values, ...(account !== undefined && { account }) })}
        onRefused={({ code }) => {
          const isAbsent = code === 'MAIL_NOT_CONFIGURED';
          if (isAbsent) setOutcome({ kind: 'absent' });
          return isAbsent;
        }}
        onDone={(_, sent) => setOutcome({ kind: 'asked', email: sent.email ?? '' })}
        onCancel={onBack}
      />
    </Card>
  );
}
