import { QUOTA_KINDS, type QuotaKind } from '@countersign/protocol/plans';
import { useState } from 'preact/hooks';
import { amountText } from '../home/amount-text.ts';
import { Badge } from '../parts/badge.tsx';
import { useConsole } from '../shell/context.ts';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';

type Quotas = Partial<Record<QuotaKind, number>>;

interface PlanView {
  name: string;
  active: boolean;
  quotas: Quotas;
  usage: Quotas;
  monthlyFee: number;
  paidUntil?: number;
  lapsedAt?: number;
}

interface Offer {
  currency: string;
  items: { name: string; monthlyFee: number; quotas: Quotas }[];
}

/** The account's plan and the plans on offer, for the superuser. */
export function Plans() {
  const { texts, client, reads, ask, notify } = useConsole();
  const plan = useQuery<PlanView>('plan');
  const offer = useQuery<Offer>('plans');
  const [isBusy, setBusy] = useState(false);
  const { body: own } = plan;
  const feeText = (fee: number) =>
    fee === 0 ? t('free') : t('monthly', { amount: amountText(texts.lang, fee, offer.body?.currency ?? '') });
  const choose = async ({ name, monthlyFee }: Offer['items'][number]) => {
    if (isBusy) return;
    const isSure = await ask({
      title: t('chooseTitle', { name }),
      text: t('chooseText', { price: feeText(monthlyFee) }),
      action: t('chooseAction'),
    });
    if (!isSure) return;
    setBusy(true);
    const answer = await client.send('POST', 'plan', { name });
    setBusy(false);
    reads.changed('plan', 'account', 'balance', 'ledger', 'checklist');
    if (answer.kind === 'done') notify({ text: t('chosen', { name }) });
    else notify({ text: refusalMessage(texts, answer), isBad: true });
  };
  if (!own || !offer.body) {
    const problem = [plan, offer].find((read) => read.problem);
    return <section class="panel">{problem ? <Problem read={problem} /> : <Skeleton lines={5} />}</section>;
  }
  const limited = QUOTA_KINDS.filter((quota) => own.quotas[quota] !== undefined);
  return (
    <>
      <section class="panel" aria-labelledby="plan">
        <h2 id="plan">
          {t('plan')}: {own.name} <PlanState isActive={own.active} />
        </h2>
        {!own.active && <p class="hint">{t('inactiveText')}</p>}
        <p class="hint">
          {feeText(own.monthlyFee)}
          {own.paidUntil !== undefined && (
            <>
              <span class="dot">·</span> {t('paidUntil')} <Timestamp at={own.paidUntil} isExact />
            </>
          )}
          {own.lapsedAt !== undefined && (
            <>
              <span class="dot">·</span> {t('lapsed')} <Timestamp at={own.lapsedAt} />
            </>
          )}
        </p>
        {limited.length === 0 && <p class="hint">{t('unlimited')}</p>}
        <dl class="quotas">
          {limited.map((quota) => {
            const [limit, used] = [own.quotas[quota] ?? 0, own.usage[quota] ?? 0];
            return (
              <div key={quota}>
                <dt>{t(quota)}</dt>
                <dd>
                  {t('used', { used: used.toLocaleString(texts.lang), limit: limit.toLocaleString(texts.lang) })}
                  <meter aria-label={t(quota)} min={0} max={limit} high={limit * 0.9} value={used} />
                </dd>
              </div>
            );
          })}
        </dl>
      </section>
      <section class="panel" aria-labelledby="offered">
        <h2 id="offered">{t('offered')}</h2>
        <p class="hint">{t('offeredText')}</p>
        <ul class="offers">
          {offer.body.items.map((one) => (
            <li key={one.name}>
              <h3>{one.name}</h3>
              <p>{feeText(one.monthlyFee)}</p>
              <ul class="hint">
                {QUOTA_KINDS.flatMap((quota) => {
                  const limit = one.quotas[quota];
                  return limit === undefined
                    ? []
                    : [<li key={quota}>{t('upTo', { limit: limit.toLocaleString(texts.lang), quota: t(quota) })}</li>];
                })}
              </ul>
              {one.name === own.name && own.active ? (
                <Badge tone="good">{t('current')}</Badge>
              ) : (
                <button
                  type="button"
                  class="secondary"
                  aria-label={t('chooseName', { name: one.name })}
                  aria-disabled={isBusy}
                  onClick={() => choose(one)}
                >
                  {t('choose')}
                </button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

export function PlanState({ isActive }: { isActive: boolean }) {
  return <Badge tone={isActive ? 'good' : 'bad'}>{t(isActive ? 'active' : 'inactive')}</Badge>;
}
