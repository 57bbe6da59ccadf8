import { Dialog } from '../parts/dialog.tsx';
import { SendingForm } from '../parts/form.tsx';
import { type PasskeyProof, useProof } from '../profile/use-proof.tsx';
import type { Answer } from '../service/client.ts';
import { useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { refusals } from '../shell/refusals.ts';
import { t } from './i18n.ts';

export interface ProofDialogProps<Body> {
  /** Label of the button. */
  action: string;
  passkeys: PasskeyProof;
  send(prove: ReturnType<typeof useProof>['send'], values: object): Promise<Answer<Body>>;
  onDone(body: Body): void;
  onClose(): void;
}

/** Asks for both factors again. A refusal that is not about them closes it and is shown as a notification. */
export function ProofDialog<Body>({ action, passkeys, send, onDone, onClose }: ProofDialogProps<Body>) {
  const { client, texts, session, notify } = useConsole();
  const proof = useProof({ client, texts, passkeys });
  return (
    <Dialog title={t('proof')} onClose={onClose}>
      <SendingForm<Body>
        fields={proof.fields}
        button={action}
        texts={texts}
        isNext
        username={session.administrator.email}
        send={(values) => send(proof.send, values)}
        onDone={onDone}
        onRefused={(refused) => {
          if (!refusals.has(refused.code)) return false;
          onClose();
          notify({ text: refusalMessage(texts, refused), isBad: true });
          return true;
        }}
        onCancel={onClose}
      >
        {proof.ways}
      </SendingForm>
    </Dialog>
  );
}
