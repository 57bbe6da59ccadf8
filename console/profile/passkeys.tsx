import type { PasskeyCreation } from '@countersign/protocol/passkey';
import { useState } from 'preact/hooks';
import { SendingForm } from '../parts/form.tsx';
import { createPasskey } from '../service/passkey.ts';
import { type ChangeProps, onInvalidLink } from './changes.tsx';
import { ReauthForm } from './reauth-form.tsx';
import { PASSKEY_REFUSED } from './use-proof.tsx';

/** Adds a passkey: both factors first, then the device, in a click of its own, which browsers demand. */
export function AddPasskey({ onDone, onGone, ...rest }: ChangeProps) {
  const { client, texts, onCancel } = rest;
  const [creation, setCreation] = useState<PasskeyCreation>();
  if (!creation) {
    return <ReauthForm<PasskeyCreation> {...rest} path="passkeys" button={texts('continue')} onDone={setCreation} />;
  }
  return (
    <SendingForm
      key="create"
      fields={[]}
      button={texts('passkeyCreate')}
      texts={texts}
      send={async () => {
        const response = await createPasskey(creation);
        return response ? client.send('POST', 'me/passkeys/confirm', { response }) : PASSKEY_REFUSED;
      }}
      onRefused={onInvalidLink(onGone)}
      onDone={() => onDone('passkeyAdded')}
      onCancel={onCancel}
    >
      <p class="hint">{texts('passkeyCreateText')}</p>
    </SendingForm>
  );
}

/** Renames a passkey. */
export function RenamePasskey({
  id,
  name,
  client,
  texts,
  onDone,
  onCancel,
}: ChangeProps & { id: string; name: string }) {
  return (
    <SendingForm
      fields={[{ name: 'name', kind: 'text', label: texts('passkeyName'), value: name }]}
      button={texts('passkeyRename')}
      texts={texts}
      isNext
      send={(values) => client.send('POST', 'me/passkeys/rename', { id, ...values })}
      onDone={() => onDone('passkeyRenamed')}
      onCancel={onCancel}
    />
  );
}

/** Removes a passkey, with both factors. */
export function RemovePasskey({ id, onDone, onGone: _, ...rest }: ChangeProps & { id: string }) {
  return (
    <ReauthForm
      {...rest}
      path="passkeys/remove"
      more={{ id }}
      button={rest.texts('passkeyRemove')}
      onDone={() => onDone('passkeyRemoved')}
    />
  );
}
