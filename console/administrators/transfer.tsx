import { useState } from 'preact/hooks';
import { passkeyProofOf } from '../profile/use-proof.tsx';
import { useConsole } from '../shell/context.ts';
import type { AdministratorView } from './administrator.tsx';
import { t } from './i18n.ts';
import { ProofDialog } from './proof-dialog.tsx';

/** Transfers the superuser role: the new superuser's name is typed, and both factors are confirmed again (SR-38). */
export function Transfer({ to }: { to: AdministratorView }) {
  const { session, ask, notify, renew } = useConsole();
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
      {isProving && (
        <ProofDialog<AdministratorView>
          action={t('transferDo')}
          passkeys={passkeyProofOf(session)}
          send={(prove, values) => prove(`administrators/${to.id}/transfer`, values)}
          onDone={() => {
            setProving(false);
            notify({ text: t('transferred', { name: to.name }) });
            // The transfer ended both sessions, so the console shows the sign-in.
            renew();
          }}
          onClose={() => setProving(false)}
        />
      )}
    </section>
  );
}
