import type { PasskeyRequest } from '@countersign/protocol/passkey';
import type { SessionView } from '@countersign/protocol/session';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { TextKey, Texts } from '../i18n/texts.ts';
import type { FieldSpec } from '../parts/field.tsx';
import type { Answer, Client, Refused } from '../service/client.ts';
import { requestPasskey } from '../service/passkey.ts';

type Way = 'otp' | 'recovery' | 'passkey';
const LABELS = { otp: 'tokenAgain', recovery: 'lostToken', passkey: 'passkeyUse' } as const satisfies Record<
  Way,
  TextKey
>;

/** What the browser reports says little, on purpose: every failure has one text. */
export const PASSKEY_REFUSED: Refused = { kind: 'refused', code: 'PASSKEY_INVALID', fields: [] };

/** Whether a passkey is the other factor: there is none, it may be, or it has to be. */
export type PasskeyProof = 'none' | 'possible' | 'required';
const WAYS = {
  none: ['otp', 'recovery'],
  possible: ['passkey', 'otp', 'recovery'],
  required: ['passkey'],
} as const satisfies Record<PasskeyProof, readonly Way[]>;

export function passkeyProofOf({ administrator, isPasskeyRequired }: SessionView): PasskeyProof {
  if (isPasskeyRequired) return 'required';
  return administrator.passkeys.length > 0 ? 'possible' : 'none';
}

/** Both factors, which every change of the own credentials asks for: a passkey if there is one, or a code. */
export function useProof({ client, texts, passkeys }: { client: Client; texts: Texts; passkeys: PasskeyProof }): {
  fields: FieldSpec[];
  /** The links to the other ways. */
  ways: ComponentChildren;
  send<Body>(path: string, values: object, method?: 'POST' | 'PATCH'): Promise<Answer<Body>>;
} {
  const [way, setWay] = useState<Way>(passkeys === 'none' ? 'otp' : 'passkey');
  const others = WAYS[passkeys].filter((one) => one !== way);
  return {
    fields: [
      { name: 'password', kind: 'password', label: texts('presentPassword') },
      ...(way === 'otp' ? [{ name: 'otp', kind: 'otp', label: texts('otp'), hint: texts('otpHint') } as const] : []),
      ...(way === 'recovery'
        ? [
            {
              name: 'recoveryCode',
              kind: 'code',
              label: texts('recoveryCode'),
              hint: texts('recoveryHint'),
            } as const,
          ]
        : []),
    ],
    ways: others.map((one) => (
      <button key={one} type="button" class="link below" onClick={() => setWay(one)}>
        {texts(LABELS[one])}
      </button>
    )),
    async send<Body>(path: string, values: object, method: 'POST' | 'PATCH' = 'POST'): Promise<Answer<Body>> {
      if (way !== 'passkey') return client.send<Body>(method, path, values);
      const question = await client.send<PasskeyRequest>('POST', 'me/passkey-question');
      if (question.kind !== 'done') return question;
      const passkey = await requestPasskey(question.body);
      return passkey ? client.send<Body>(method, path, { ...values, passkey }) : PASSKEY_REFUSED;
    },
  };
}
