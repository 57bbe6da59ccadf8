import { parseUrl } from '@countersign/protocol/parse-url';
import { Plus, Webhook } from 'lucide';
import { DataList } from '../list/data-list.tsx';
import { Badge } from '../parts/badge.tsx';
import { Muted } from '../parts/breakable.tsx';
import { Icon } from '../parts/icon.tsx';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { t } from './i18n.ts';
import { nameOf } from './name-of.ts';
import { WEBHOOKS, type WebhookView } from './webhook.ts';

export function WebhookList() {
  const add = (key?: string) => (
    <Link class="small-primary" href={`${WEBHOOKS}/new`} {...(key && { 'data-key': key })}>
      <Icon node={Plus} size={16} />
      {t('newWebhook')}
    </Link>
  );
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} actions={add('c')} />
      <DataList<WebhookView>
        path="webhooks"
        label={t('title')}
        columns={[
          { key: 'name', label: t('description'), cell: nameOf },
          { key: 'state', label: t('state'), cell: (one) => <WebhookState of={one} /> },
          {
            key: 'events',
            label: t('events'),
            cell: ({ events }) => (events === null ? t('allEvents') : t('someEvents', { count: events.length })),
          },
          {
            key: 'url',
            label: t('url'),
            cell: ({ url }) => <Muted text={parseUrl(url)?.host ?? url} />,
          },
          { key: 'created', label: t('created'), cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
        ]}
        nameOf={nameOf}
        hrefOf={({ id }) => `${WEBHOOKS}/${id}`}
        filters={[
          {
            name: 'enabled',
            label: t('anyState'),
            choices: [
              { value: 'true', label: t('on') },
              { value: 'false', label: t('off') },
            ],
          },
        ]}
        empty={
          <Empty icon={Webhook} title={t('emptyTitle')} text={t('emptyText')}>
            {add()}
          </Empty>
        }
      />
    </>
  );
}

export function WebhookState({ of: { enabled, disabledReason } }: { of: WebhookView }) {
  if (!enabled && disabledReason !== undefined) return <Badge tone="bad">{t('gone')}</Badge>;
  return <Badge tone={enabled ? 'good' : 'plain'}>{t(enabled ? 'on' : 'off')}</Badge>;
}
