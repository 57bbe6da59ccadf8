import { DELIVERY_STATES, type DeliveryState } from '@countersign/protocol/webhooks';
import { RefreshCw, Send } from 'lucide';
import { TYPES, typeText } from '../events/i18n.ts';
import { DataList } from '../list/data-list.tsx';
import { Badge } from '../parts/badge.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { t } from './i18n.ts';
import { failureText, type WebhookView } from './webhook.ts';

interface Delivery {
  id: string;
  type: string;
  state: DeliveryState;
  attempts: number;
  nextAttemptAt: number | null;
  lastAttempt: { at: number; status?: number; failure?: string } | null;
  createdAt: number;
}

const TONES = { pending: 'warn', delivered: 'good', dead: 'bad' } as const;
/** Rounds of 500 deliveries each; after that the administrator can start again. */
const MAX_ROUNDS = 20;

/** The deliveries of a webhook: sent, pending and given up. */
export function Deliveries({ webhook }: { webhook: WebhookView }) {
  const { client, reads, texts, notify } = useConsole();
  const path = `webhooks/${webhook.id}`;
  const { pending = 0, dropped = 0, lastDroppedAt } = webhook.queue ?? {};
  const replay = (deliveries: 'dead' | string[]) =>
    client.send<{ replayed: number; more: boolean }>('POST', `${path}/replay`, { deliveries });
  const replayDead = async () => {
    let count = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const answer = await replay('dead');
      if (answer.kind !== 'done') {
        reads.changed(path);
        return notify({ text: refusalMessage(texts, answer), isBad: true });
      }
      count += answer.body.replayed;
      if (!answer.body.more) break;
    }
    reads.changed(path);
    notify({ text: t('replayed', { count }) });
  };
  const answerOf = ({ lastAttempt }: Delivery) => {
    if (lastAttempt === null) return t('noAnswer');
    return lastAttempt.status === undefined ? failureText(lastAttempt.failure ?? '') : lastAttempt.status;
  };
  return (
    <>
      <div class="deliveries-head">
        <p class="hint">
          {pending > 0 && `${t('waiting', { count: pending })}. `}
          {t('deliveriesHint')}
        </p>
        <button type="button" class="secondary" onClick={() => reads.changed(path)}>
          <Icon node={RefreshCw} size={16} />
          {t('refresh')}
        </button>
        <button type="button" class="secondary" onClick={replayDead}>
          {t('replayDead')}
        </button>
      </div>
      {dropped > 0 && (
        <p class="strip warn">
          {t('dropped', { count: dropped })} {lastDroppedAt !== undefined && <Timestamp at={lastDroppedAt} />}
        </p>
      )}
      <DataList<Delivery>
        path={`${path}/deliveries`}
        label={t('tabDeliveries')}
        canSearch={false}
        columns={[
          { key: 'event', label: t('event'), cell: ({ type }) => typeText(type) },
          {
            key: 'state',
            label: t('state'),
            cell: ({ state }) => <Badge tone={TONES[state]}>{t(state)}</Badge>,
          },
          { key: 'answer', label: t('lastAnswer'), cell: answerOf },
          { key: 'tries', label: t('tries'), cell: ({ attempts }) => attempts },
          {
            key: 'next',
            label: t('next'),
            cell: ({ nextAttemptAt }) => (nextAttemptAt === null ? '–' : <Timestamp at={nextAttemptAt} />),
          },
          { key: 'when', label: t('when'), cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
        ]}
        nameOf={({ type, id }) => `${typeText(type)} ${id}`}
        filters={[
          {
            name: 'state',
            label: t('anyState'),
            choices: DELIVERY_STATES.map((state) => ({ value: state, label: t(state) })),
          },
          {
            name: 'type',
            label: t('anyEvent'),
            choices: TYPES.map((type) => ({ value: type, label: typeText(type) })),
          },
        ]}
        bulk={[
          {
            label: t('replay'),
            isFor: ({ state }) => state !== 'pending',
            run: ({ id }) => replay([id]),
            onDone: () => reads.changed(path),
          },
        ]}
        empty={<Empty icon={Send} title={t('noneTitle')} text={t('noneText')} />}
      />
    </>
  );
}
