import { parseUrl } from '@countersign/protocol/parse-url';
import { Plus, Webhook } from 'lucide';
import { DataList } from '../list/data-list.tsx';
import { Badge } from '../parts/badge.tsx';
import { Icon } from '../parts/icon.tsx';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { nameOf } from './name-of.ts';
import { WEBHOOKS, type WebhookView } from './webhook.ts';
import { words } from './words.ts';

export function WebhookList() {
  const add = (key?: string) => (
    <Link class="small-primary" href={`${WEBHOOKS}/new`} {...(key && { 'data-key': key })}>
      <Icon node={Plus} size={16} />
      {words('newWebhook')}
    </Link>
  );
  return (
    <>
      <PageHead title={words('title')} lead={words('lead')} actions={add('c')} />
      <DataList<WebhookView>
        path="webhooks"
        label={words('title')}
        columns={[
          { key: 'name', label: words('description'), cell: nameOf },
          { key: 'state', label: words('state'), cell: (one) => <WebhookState of={one} /> },
          {
            key: 'events',
            label: words('events'),
            cell: ({ events }) => (events === null ? words('allEvents') : words('someEvents', events.length)),
          },
          {
            key: 'url',
            label: words('url'),
            cell: ({ url }) => <span class="muted">{parseUrl(url)?.host ?? url}</span>,
          },
          { key: 'made', label: words('when'), cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
        ]}
        nameOf={nameOf}
        hrefOf={({ id }) => `${WEBHOOKS}/${id}`}
        filters={[
          {
            name: 'enabled',
            label: words('anyState'),
            choices: [
              { value: 'true', label: words('on') },
              { value: 'false', label: words('off') },
            ],
          },
        ]}
        empty={
          <Empty icon={Webhook} title={words('emptyTitle')} text={words('emptyText')}>
            {add()}
          </Empty>
        }
      />
    </>
  );
}

export function WebhookState({ of: { enabled, disabledReason } }: { of: WebhookView }) {
  if (!enabled && disabledReason !== undefined) return <Badge tone="bad">{words('gone')}</Badge>;
  return <Badge tone={enabled ? 'good' : 'plain'}>{words(enabled ? 'on' : 'off')}</Badge>;
}
