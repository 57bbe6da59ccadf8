import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Tabs } from '../shell/tabs.tsx';
import { useQuery } from '../shell/use-query.ts';
import { Deliveries } from './deliveries.tsx';
import { t } from './i18n.ts';
import { nameOf } from './name-of.ts';
import { WebhookSettings } from './settings.tsx';
import { WEBHOOKS, type WebhookView } from './webhook.ts';
import { WebhookState } from './webhook-list.tsx';

export function OneWebhook({ id }: { id: string }) {
  const { address } = useConsole();
  const read = useQuery<WebhookView>(`webhooks/${id}`);
  const { body: webhook, version } = read;
  const isGone = read.problem && !webhook;
  const here = `${WEBHOOKS}/${id}`;
  const isSent = address.params.tab === 'deliveries';
  return (
    <>
      <PageHead
        title={isGone ? t('notFound') : webhook && nameOf(webhook)}
        part={t(isSent ? 'tabDeliveries' : 'tabSettings')}
        back={{ href: WEBHOOKS, label: t('title') }}
        lead={webhook?.url}
      >
        {webhook && <WebhookState of={webhook} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!webhook && !read.problem && <Skeleton lines={8} />}
      {webhook && (
        <>
          <Tabs
            label={t('tabs')}
            tabs={[
              { href: here, label: t('tabSettings') },
              { href: `${here}/deliveries`, label: t('tabDeliveries') },
            ]}
          />
          {!webhook.enabled && webhook.disabledReason !== undefined && <p class="strip warn">{t('goneText')}</p>}
          {isSent ? <Deliveries webhook={webhook} /> : <WebhookSettings webhook={webhook} version={version} />}
        </>
      )}
    </>
  );
}
