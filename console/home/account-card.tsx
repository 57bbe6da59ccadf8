import { CONSOLE_ROUTES } from '@countersign/protocol/console-routes';
import type { ComponentChildren } from 'preact';
import { Badge } from '../parts/badge.tsx';
import type { Read } from '../service/query-cache.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { useQuery } from '../shell/use-query.ts';
import { amountText } from './amount-text.ts';
import { t } from './i18n.ts';

const FEW_CODES = 3;

/** The account, and the signed-in administrator. */
export function AccountCard() {
  const { session, texts } = useConsole();
  const { account, administrator, isPasskeyRequired } = session;
  const { recoveryCodesLeft: codes } = administrator;
  return (
    <div class="aside">
      <section class="panel" aria-labelledby="account">
        <h2 id="account">{t('account')}</h2>
        <dl>
          <Fact label={t('accountName')}>{account.name}</Fact>
          <Fact label={t('accountId')}>
            <code>{account.id}</code>
          </Fact>
          {session.hasBilling && <Billing />}
        </dl>
      </section>
      <section class="panel" aria-labelledby="you">
        <h2 id="you">{t('you')}</h2>
        <dl>
          <Fact label={t('name')}>{administrator.name}</Fact>
          <Fact label={t('email')}>{administrator.email}</Fact>
          <Fact label={t('role')}>{texts(administrator.role)}</Fact>
          {!isPasskeyRequired && (
            <Fact label={t('codesLeft')}>
              <Link href={CONSOLE_ROUTES.ownSignIn[0]}>{codes}</Link>
            </Fact>
          )}
        </dl>
        {!isPasskeyRequired && codes <= FEW_CODES && <p class="note">{t('codesLow')}</p>}
      </section>
    </div>
  );
}

/** The plan and the balance, for an account that has to do with money. */
function Billing() {
  const { texts } = useConsole();
  const plan = useQuery<{ plan: { name: string; active: boolean } }>('account');
  const balance = useQuery<{ amount: number; currency: string }>('balance');
  return (
    <>
      <Fact label={t('plan')}>
        {plan.body ? (
          <>
            <Link href={CONSOLE_ROUTES.plan[0]}>{plan.body.plan.name}</Link>{' '}
            <Badge tone={plan.body.plan.active ? 'good' : 'bad'}>
              {t(plan.body.plan.active ? 'planActive' : 'planInactive')}
            </Badge>
          </>
        ) : (
          <Unknown read={plan} />
        )}
      </Fact>
      <Fact label={t('balance')}>
        {balance.body ? amountText(texts.lang, balance.body.amount, balance.body.currency) : <Unknown read={balance} />}
      </Fact>
    </>
  );
}

function Unknown({ read: { problem } }: { read: Read }) {
  return <span class="hint">{t(problem ? 'notLoaded' : 'loading')}</span>;
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
