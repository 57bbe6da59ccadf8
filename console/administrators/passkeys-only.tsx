import type { AdministratorFactors } from '@countersign/protocol/session';
import { useState } from 'preact/hooks';
import { Muted } from '../parts/breakable.tsx';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { ADMINISTRATORS, type AdministratorView } from './administrator.tsx';
import { t } from './i18n.ts';
import { ProofDialog } from './proof-dialog.tsx';

const PATH = 'administrator-factors';

/** What opens the console, as the API shows it. */
interface FactorsView {
  factors: AdministratorFactors;
  decidedBy: 'installation' | 'account';
  withoutPasskey: readonly Pick<AdministratorView, 'id' | 'email' | 'name'>[];
}

/** Requires passkeys of the account's administrators, or no longer (SR-81). Says first what that takes. */
export function PasskeysOnly() {
  const read = useQuery<FactorsView>(PATH);
  const { body } = read;
  return (
    <section class="panel passkeys-only" aria-labelledby="passkeys-only">
      <h2 id="passkeys-only">{t('passkeysOnly')}</h2>
      {!body && (read.problem ? <Problem read={read} /> : <Skeleton />)}
      {body && <Policy {...body} />}
    </section>
  );
}

function Policy({ factors, decidedBy, withoutPasskey }: FactorsView) {
  const { session, reads, notify, renew } = useConsole();
  const [isProving, setProving] = useState(false);
  const isRequired = factors === 'passkey';
  const isReady = decidedBy === 'account' && (isRequired || withoutPasskey.length === 0);
  const action = t(isRequired ? 'allowCodes' : 'requirePasskeys');
  return (
    <>
      <p>{t(isRequired ? 'passkeysOnlyOn' : 'passkeysOnlyOff')}</p>
      {decidedBy === 'installation' && <p class="hint">{t('decidedByInstallation')}</p>}
      {!isRequired && (
        <>
          <h3>{t('passkeysOnlyTakes')}</h3>
          <ul>
            <li>{t('takesCodes')}</li>
            <li>{t('takesRecovery')}</li>
            <li>{t('takesTwo')}</li>
          </ul>
        </>
      )}
      {withoutPasskey.length > 0 && (
        <>
          <h3 id="without-passkey">{t('withoutPasskey')}</h3>
          <ul aria-labelledby="without-passkey">
            {withoutPasskey.map(({ id, email, name }) => (
              <li key={id}>
                <Link href={`${ADMINISTRATORS}/${id}`}>
                  {id === session.administrator.id ? `${name} (${t('you')})` : name}
                </Link>{' '}
                <Muted text={email} />
              </li>
            ))}
          </ul>
          {!isRequired && <p class="hint">{t('withoutPasskeyText')}</p>}
        </>
      )}
      {isReady && (
        <button type="button" class="secondary" onClick={() => setProving(true)}>
          {action}
        </button>
      )}
      {isProving && (
        <ProofDialog<FactorsView>
          action={action}
          passkeys="required"
          send={(prove, values) => prove(PATH, { ...values, factors: isRequired ? 'any' : 'passkey' }, 'PATCH')}
          onDone={(changed) => {
            setProving(false);
            reads.put(PATH, changed, undefined);
            notify({ text: t(changed.factors === 'passkey' ? 'passkeysRequired' : 'codesAllowed') });
            // A session that began with a code has ended.
            renew();
          }}
          onClose={() => {
            setProving(false);
            reads.changed(PATH);
          }}
        />
      )}
    </>
  );
}
