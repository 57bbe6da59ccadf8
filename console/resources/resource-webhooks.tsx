import { Plus } from 'lucide';
import { Badge } from '../parts/badge.tsx';
import { Icon } from '../parts/icon.tsx';
import { t as common } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { nameOf } from '../webhooks/name-of.ts';
import { t } from './i18n.ts';

interface WebhookView {
  id: string;
  url: string;
  description?: string;
  resources: readonly string[] | null;
  enabled: boolean;
}

/**
 * The webhooks that receive a resource's events: those for it, and those for all resources. An account has at most 50.
 */
export function ResourceWebhooks({ resource }: { resource: string }) {
  const read = useQuery<{ items: WebhookView[] }>('webhooks?limit=200');
  const telling = read.body?.items.filter(({ resources }) => resources === null || resources.includes(resource));
  return (
    <section class="panel edit-section" aria-labelledby="webhooks">
      <div class="edit-about">
        <h2 id="webhooks">{t('webhooks')}</h2>
        <p class="hint">{t('webhooksText')}</p>
      </div>
      <div class="edit-fields">
        {!telling && (read.problem ? <Problem read={read} /> : <Skeleton lines={2} />)}
        {telling?.length === 0 && <p class="hint">{t('webhooksNone')}</p>}
        {telling !== undefined && telling.length > 0 && (
          <ul class="plain-list">
            {telling.map((webhook) => (
              <li key={webhook.id}>
                <Link href={`/console/webhooks/${webhook.id}`}>{nameOf(webhook)}</Link>{' '}
                <span class="muted">{t(webhook.resources === null ? 'webhookOfAll' : 'webhookOfThis')}</span>{' '}
                {!webhook.enabled && <Badge tone="plain">{common('deactivated')}</Badge>}
              </li>
            ))}
          </ul>
        )}
        <Link class="secondary" href={`/console/webhooks/new?resource=${resource}`}>
          <Icon node={Plus} size={16} />
          {t('webhookNew')}
        </Link>
      </div>
    </section>
  );
}
