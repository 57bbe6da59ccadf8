import { useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import type { FieldSpec } from '../parts/field.tsx';
import { SendingForm, type Values } from '../parts/form.tsx';
import type { Client } from '../service/client.ts';
import { proofFields } from './reauthenticate.ts';

export interface ReauthFormProps<Body> {
  client: Client;
  texts: Texts;
  /** Below `/v1/me/`. */
  path: string;
  /** What is to change, above the proof. */
  fields?: readonly FieldSpec[];
  button: string;
  /** Whose password it is. */
  username: string;
  onDone(body: Body, sent: Values): void;
  onCancel(): void;
}

/** A change to one's own way in, with both factors beside it. A recovery code stands in for the code of the token. */
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
