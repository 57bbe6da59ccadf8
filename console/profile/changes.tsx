import type { EnrolmentView } from '@countersign/protocol/session';
import { useState } from 'preact/hooks';
import type { TextKey, Texts } from '../i18n/texts.ts';
import { SendingForm } from '../parts/form.tsx';
import type { Client, Refused } from '../service/client.ts';
import { Enrolment } from '../sign-in/enrolment.tsx';
import { ReauthForm } from './reauth-form.tsx';
import type { PasskeyProof } from './use-proof.tsx';

/** The properties of every change form. */
export interface ChangeProps {
  client: Client;
  texts: Texts;
  username: string;
  passkeys: PasskeyProof;
  onDone(outcome: TextKey, recoveryCodes?: string[]): void;
  onCancel(): void;
  /** The change expired before it was confirmed. */
  onGone(): void;
}

export function ChangePassword({ onDone, onGone: _, ...rest }: ChangeProps) {
  const { texts } = rest;
  return (
    <ReauthForm
      {...rest}
      path="password"
      fields={[
        { name: 'newPassword', kind: 'new-password', label: texts('newPassword'), hint: texts('passwordRule') },
        { name: 'again', kind: 'repeat', label: texts('again') },
      ]}
      button={texts('savePassword')}
      onDone={() => onDone('passwordChanged')}
    />
  );
}

interface EmailChangeResponse {
  handOver?: { code: string };
}

export function ChangeEmail({ client, texts, username, passkeys, onDone, onCancel, onGone }: ChangeProps) {
  const [emailChange, setEmailChange] = useState<EmailChangeResponse & { email: string }>();
  if (!emailChange) {
    return (
      <ReauthForm<EmailChangeResponse>
        client={client}
        texts={texts}
        username={username}
        passkeys={passkeys}
        path="email"
        fields={[{ name: 'newEmail', kind: 'email', label: texts('newEmail'), autocomplete: 'email' }]}
        button={texts('sendCode')}
        onDone={(body, { newEmail = '' }) => setEmailChange({ ...body, email: newEmail })}
        onCancel={onCancel}
      />
    );
  }
  const code = emailChange.handOver?.code;
  return (
    <SendingForm
      key="confirm"
      fields={[
        {
          name: 'code',
          kind: 'code',
          label: texts('confirmationCode'),
          hint:
            code === undefined
              ? texts('emailCodeHint', { email: emailChange.email })
              : texts('emailHandOver', { code }),
        },
      ]}
      button={texts('emailConfirm')}
      texts={texts}
      isNext
      send={(values) => client.send('POST', 'me/email/confirm', values)}
      onRefused={onInvalidLink(onGone)}
      onDone={() => onDone('emailChanged')}
      onCancel={onCancel}
    />
  );
}

export function ReplaceToken({ onDone, onGone, ...rest }: ChangeProps) {
  const { client, texts, onCancel } = rest;
  const [enrolment, setEnrolment] = useState<EnrolmentView>();
  if (!enrolment) {
    return <ReauthForm<EnrolmentView> {...rest} path="token" button={texts('showNewToken')} onDone={setEnrolment} />;
  }
  return (
    <>
      <Enrolment enrolment={enrolment} texts={texts} />
      <SendingForm<{ recoveryCodes: string[] }>
        key="confirm"
        fields={[{ name: 'otp', kind: 'otp', label: texts('enrolCode'), hint: texts('enrolCodeHint') }]}
        button={texts('replaceToken')}
        texts={texts}
        send={(values) => client.send('POST', 'me/token/confirm', values)}
        onRefused={onInvalidLink(onGone)}
        onDone={({ recoveryCodes }) => onDone('tokenReplaced', recoveryCodes)}
        onCancel={onCancel}
      />
    </>
  );
}

export function RenewCodes({ onDone, onGone: _, ...rest }: ChangeProps) {
  return (
    <ReauthForm<{ recoveryCodes: string[] }>
      {...rest}
      path="recovery-codes"
      button={rest.texts('makeNew')}
      onDone={({ recoveryCodes }) => onDone('recoveryRenewed', recoveryCodes)}
    />
  );
}

/** The pending change is void: it expired, or there were too many wrong codes. */
export function onInvalidLink(onGone: () => void) {
  return ({ code }: Refused): boolean => {
    if (code !== 'LINK_INVALID') return false;
    onGone();
    return true;
  };
}
