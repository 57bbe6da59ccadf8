import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { SendingForm } from '../parts/form.tsx';
import { passkeyProofOf, useProof } from '../profile/use-proof.tsx';
import { useConsole } from '../shell/context.ts';
import type { AdministratorView } from './administrator.tsx';
import { t } from './i18n.ts';

/** Transfers the superuser role: the new superuser's name is typed, and both factors are confirmed again (SR-38). */
export function Transfer({ to }: { to: AdministratorView }) {
  const { ask } = useConsole();
  const [isProving, setProving] = useState(false);
  const begin = async () => {
    const isSure = await ask({
      title: t('transferTitle', { name: to.name }),
      text: t('transferText'),
      action: t('transferAction'),
      isDanger: true,
      typed: to.name,
    });
    setProving(isSure);
  };
  return (
    <section class="panel edit-section" aria-labelledby="transfer">
      <div class="edit-about">
        <h2 id="transfer">{t('transfer')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{t('transferText')}</p>
        <button type="button" class="secondary danger" onClick={begin}>
          {t('transfer')}
        </button>
      </div>
      {isProving && <Proof to={to} onClose={() => setProving(false)} />}
    </section>
  );
}

function Proof({ to, onClose }: { to: AdministratorView; onClose(): void }) {
  const { client, texts, session, notify, renew } = useConsole();
  const { email } = session.administrator;
  const proof = useProof({ client, texts, passkeys: passkeyProofOf(session) });
  return (
    <Dialog title={t('transferProof')} onClose={onClose}>
      <SendingForm<AdministratorView>
        fields={proof.fields}
        button={t('transferDo')}
        texts={texts}
        isNext
        username={email}
        send={(values) => proof.send(`administrators/${to.id}/transfer`, values)}
        onDone={() => {
          onClose();
          notify({ text: t('transferred', { name: to.name }) });
          // The transfer ended both sessions, so the console shows the sign-in.
          renew();
        }}
        onCancel={onClose}
      >
        {proof.ways}
      </SendingForm>
    </Dialog>
  );
}
