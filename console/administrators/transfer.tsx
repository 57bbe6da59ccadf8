import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { SendingForm } from '../parts/form.tsx';
import { proofFields } from '../profile/reauthenticate.ts';
import { useConsole } from '../shell/context.ts';
import type { AdministratorView } from './administrator.tsx';
import { words } from './words.ts';

/** The role of the superuser goes to somebody else: their name is typed, and both factors are shown again (SR-38). */
export function Transfer({ to }: { to: AdministratorView }) {
  const { ask } = useConsole();
  const [isProving, setProving] = useState(false);
  const begin = async () => {
    const isSure = await ask({
      title: words('transferTitle', to.name),
      text: words('transferText'),
      action: words('transferAction'),
      isDanger: true,
      typed: to.name,
    });
    setProving(isSure);
  };
  return (
    <section class="panel edit-section" aria-labelledby="transfer">
      <div class="edit-about">
        <h2 id="transfer">{words('transfer')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{words('transferText')}</p>
        <button type="button" class="secondary danger" onClick={begin}>
          {words('transfer')}
        </button>
      </div>
      {isProving && <Proof to={to} onClose={() => setProving(false)} />}
    </section>
  );
}

function Proof({ to, onClose }: { to: AdministratorView; onClose(): void }) {
  const { client, texts, session, notify, renew } = useConsole();
  const [isRecovering, setRecovering] = useState(false);
  return (
    <Dialog title={words('transferProof')} onClose={onClose}>
      <SendingForm<AdministratorView>
        fields={proofFields(texts, isRecovering)}
        button={words('transferDo')}
        texts={texts}
        isNext
        username={session.administrator.email}
        send={(values) => client.send('POST', `administrators/${to.id}/transfer`, values)}
        onDone={() => {
          onClose();
          notify({ text: words('transferred', to.name) });
          // The sessions of both have ended: what comes next is the sign-in.
          renew();
        }}
        onCancel={onClose}
      >
        <button type="button" class="link below" onClick={() => setRecovering(!isRecovering)}>
          {texts(isRecovering ? 'tokenAgain' : 'lostToken')}
        </button>
      </SendingForm>
    </Dialog>
  );
}
