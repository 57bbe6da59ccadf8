import type { Texts } from '../i18n/texts.ts';
import type { FieldSpec } from '../parts/field.tsx';
import { SendingForm, type Values } from '../parts/form.tsx';
import type { Client } from '../service/client.ts';
import { type PasskeyProof, useProof } from './use-proof.tsx';

export interface ReauthFormProps<Body> {
  client: Client;
  texts: Texts;
  /** Path below `/v1/me/`. */
  path: string;
  /** The fields to change, above the factors. */
  fields?: readonly FieldSpec[];
  /** Sent with the fields. */
  more?: object;
  button: string;
  /** The user name that belongs to the password. */
  username: string;
  passkeys: PasskeyProof;
  onDone(body: Body, sent: Values): void;
  onCancel(): void;
}

/**
 * A form to change the administrator's own credentials, with both factors. A passkey or a recovery code can replace the
 * token's code.
 */
export function ReauthForm<Body>(props: ReauthFormProps<Body>) {
  const { client, texts, path, fields = [], more, button, passkeys, ...rest } = props;
  const proof = useProof({ client, texts, passkeys });
  return (
    <SendingForm<Body>
      {...rest}
      fields={[...fields, ...proof.fields]}
      button={button}
      texts={texts}
      isNext
      send={(values) => proof.send(`me/${path}`, { ...values, ...more })}
    >
      {proof.ways}
    </SendingForm>
  );
}
