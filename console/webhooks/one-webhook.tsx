import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Tabs } from '../shell/tabs.tsx';
import { useQuery } from '../shell/use-read.ts';
import { Deliveries } from './deliveries.tsx';
import { nameOf } from './name-of.ts';
import { WebhookSettings } from './settings.tsx';
import { WEBHOOKS, type WebhookView } from './webhook.ts';
import { WebhookState } from './webhook-list.tsx';
import { words } from './words.ts';

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
        title={isGone ? words('notFound') : webhook && nameOf(webhook)}
        part={words(isSent ? 'tabDeliveries' : 'tabSettings')}
        back={{ href: WEBHOOKS, label: words('title') }}
        lead={webhook?.url}
      >
        {webhook && <WebhookState of={webhook} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!webhook && !read.problem && <Skeleton lines={8} />}
      {webhook && (
        <>
          <Tabs
            label={words('tabs')}
            tabs={[
              { href: here, label: words('tabSettings') },
              { href: `${here}/deliveries`, label: words('tabDeliveries') },
            ]}
          />
          {!webhook.enabled && webhook.disabledReason !== undefined && <p class="strip warn">{words('goneText')}</p>}
          {isSent ? <Deliveries webhook={webhook} /> : <WebhookSettings webhook={webhook} version={version} />}
        </>
      )}
    </>
  );
}
