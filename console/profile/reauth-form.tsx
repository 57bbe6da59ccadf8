import { useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import type { FieldSpec } from '../parts/field.tsx';
import { SendingForm, type Values } from '../parts/form.tsx';
import type { Client } from '../service/client.ts';
import { proofFields } from './reauthenticate.ts';

export interface ReauthFormProps<Body> {
  client: Client;
  texts: Texts;
  /** Path below `/v1/me/`. */
  path: string;
  /** The fields to change, above the factors. */
  fields?: readonly FieldSpec[];
  button: string;
  /** The user name that belongs to the password. */
  username: string;
  onDone(body: Body, sent: Values): void;
  onCancel(): void;
}

/**
 * A form to change the administrator's own credentials, with both factors. A recovery code can replace the token's
 * code.
 */
export function ReauthForm<Body>({ client, texts, path, fields = [], button, ...rest }: ReauthFormProps<Body>) {
  const [isRecovering, setRecovering] = useState(false);
  return (
    <SendingForm<Body>
      {...rest}
      fields={[...fields, ...proofFields(texts, isRecovering)]}
      button={button}
      texts={texts}
      isNext
      send={(values) => client.send('POST', `me/${path}`, values)}
    >
      <button type="button" class="link below" onClick={() => setRecovering(!isRecovering)}>
        {texts(isRecovering ? 'tokenAgain' : 'lostToken')}
      </button>
    </SendingForm>
  );
}
