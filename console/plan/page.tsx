import { Wallet } from 'lucide';
import { amountText } from '../home/amount-text.ts';
import { DataList } from '../list/data-list.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-read.ts';
import css from './plan.css?inline';
import { PlanState, Plans } from './plans.tsx';
import { words } from './words.ts';

export { words } from './words.ts';
export const style = css;

interface Entry {
  /** Made of the number by the list. */
  id: string;
  number: number;
  kind: 'credit' | 'debit';
  amount: number;
  currency: string;
  reason: 'payment' | 'correction' | 'fee' | 'refund';
  plan?: string;
  reference?: string;
  balance: number;
  at: number;
}

const REASONS = ['payment', 'correction', 'fee', 'refund'] as const;

/** What the account may have, and what it costs. */
export function Page() {
  const { session } = useConsole();
  return (
    <>
      <PageHead title={words('title')} lead={words('lead')} />
      <Balance />
      {isSuperuser(session) ? <Plans /> : <OwnPlan />}
      <h2 class="ledger-title">{words('ledger')}</h2>
      <Ledger />
    </>
  );
}

function Balance() {
  const { lang } = useConsole().texts;
  const read = useQuery<{ amount: number; currency: string }>('balance');
  return (
    <section class="panel" aria-labelledby="balance">
      <h2 id="balance">{words('balance')}</h2>
      {read.body ? (
        <p class="balance">{amountText(lang, read.body.amount, read.body.currency)}</p>
      ) : read.problem ? (
        <Problem read={read} />
      ) : (
        <Skeleton lines={1} />
      )}
      <p class="hint">{words('balanceText')}</p>
    </section>
  );
}

/** As much of the plan as every administrator sees. */
function OwnPlan() {
  const read = useQuery<{ plan: { name: string; active: boolean } }>('account');
  return (
    <section class="panel" aria-labelledby="plan">
      <h2 id="plan">
        {words('plan')}
        {read.body && (
          <>
            : {read.body.plan.name} <PlanState isActive={read.body.plan.active} />
          </>
        )}
      </h2>
      <p class="hint">{words('superuserOnly')}</p>
    </section>
  );
}

function Ledger() {
  const { lang } = useConsole().texts;
  return (
    <DataList<Entry>
      path="ledger"
      label={words('ledger')}
      canSearch={false}
      columns={[
        {
          key: 'reason',
          label: words('reason'),
          cell: ({ reason, plan, reference }) => [words(reason), plan, reference].filter(Boolean).join(' · '),
        },
        {
          key: 'amount',
          label: words('amount'),
          cell: ({ kind, amount, currency }) => amountText(lang, kind === 'debit' ? -amount : amount, currency),
        },
        { key: 'after', label: words('after'), cell: ({ balance, currency }) => amountText(lang, balance, currency) },
        { key: 'when', label: words('when'), cell: ({ at }) => <Timestamp at={at} /> },
        { key: 'number', label: words('number'), cell: ({ number }) => number },
      ]}
      nameOf={({ number }) => String(number)}
      filters={[
        {
          name: 'kind',
          label: words('anyKind'),
          choices: (['credit', 'debit'] as const).map((kind) => ({ value: kind, label: words(kind) })),
        },
        {
          name: 'reason',
          label: words('anyReason'),
          choices: REASONS.map((reason) => ({ value: reason, label: words(reason) })),
        },
      ]}
      empty={<Empty icon={Wallet} title={words('emptyTitle')} text={words('emptyText')} />}
    />
  );
}
