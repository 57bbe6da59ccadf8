import { LEDGER_REASONS, type LedgerReason } from '@countersign/protocol/plans';
import { Wallet } from 'lucide';
import { amountText } from '../home/amount-text.ts';
import { DataList } from '../list/data-list.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';
import css from './plan.css?inline';
import { PlanState, Plans } from './plans.tsx';

export { t as messages } from './i18n.ts';
export const style = css;

interface Entry {
  /** Derived from the number, because the list needs an id. */
  id: string;
  number: number;
  kind: 'credit' | 'debit';
  amount: number;
  currency: string;
  reason: LedgerReason;
  plan?: string;
  reference?: string;
  balance: number;
  at: number;
}

/** The page of the service plan: quotas and cost. */
export function Page() {
  const { session } = useConsole();
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} />
      <Balance />
      {isSuperuser(session) ? <Plans /> : <OwnPlan />}
      <h2 class="ledger-title">{t('ledger')}</h2>
      <Ledger />
    </>
  );
}

function Balance() {
  const { lang } = useConsole().texts;
  const read = useQuery<{ amount: number; currency: string }>('balance');
  return (
    <section class="panel" aria-labelledby="balance">
      <h2 id="balance">{t('balance')}</h2>
      {read.body ? (
        <p class="balance">{amountText(lang, read.body.amount, read.body.currency)}</p>
      ) : read.problem ? (
        <Problem read={read} />
      ) : (
        <Skeleton lines={1} />
      )}
      <p class="hint">{t('balanceText')}</p>
    </section>
  );
}

/** The part of the plan that every administrator sees. */
function OwnPlan() {
  const read = useQuery<{ plan: { name: string; active: boolean } }>('account');
  return (
    <section class="panel" aria-labelledby="plan">
      <h2 id="plan">
        {t('plan')}
        {read.body && (
          <>
            : {read.body.plan.name} <PlanState isActive={read.body.plan.active} />
          </>
        )}
      </h2>
      <p class="hint">{t('superuserOnly')}</p>
    </section>
  );
}

function Ledger() {
  const { lang } = useConsole().texts;
  return (
    <DataList<Entry>
      path="ledger"
      label={t('ledger')}
      canSearch={false}
      columns={[
        {
          key: 'reason',
          label: t('reason'),
          cell: ({ reason, plan, reference }) => [t(reason), plan, reference].filter(Boolean).join(' · '),
        },
        {
          key: 'amount',
          label: t('amount'),
          cell: ({ kind, amount, currency }) => amountText(lang, kind === 'debit' ? -amount : amount, currency),
        },
        { key: 'after', label: t('after'), cell: ({ balance, currency }) => amountText(lang, balance, currency) },
        { key: 'when', label: t('when'), cell: ({ at }) => <Timestamp at={at} /> },
        { key: 'number', label: t('number'), cell: ({ number }) => number },
      ]}
      nameOf={({ number }) => String(number)}
      filters={[
        {
          name: 'kind',
          label: t('anyKind'),
          choices: (['credit', 'debit'] as const).map((kind) => ({ value: kind, label: t(kind) })),
        },
        {
          name: 'reason',
          label: t('anyReason'),
          choices: LEDGER_REASONS.map((reason) => ({ value: reason, label: t(reason) })),
        },
      ]}
      empty={<Empty icon={Wallet} title={t('emptyTitle')} text={t('emptyText')} />}
    />
  );
}
