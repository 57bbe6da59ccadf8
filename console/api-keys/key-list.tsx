import { Code, Plus } from 'lucide';
import type { BulkAction } from '../list/bulk-bar.tsx';
import { DataList } from '../list/data-list.tsx';
import { Badge } from '../parts/badge.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { words as common } from '../shell/words.ts';
import { API_KEYS, type ApiKey, SCOPES, stateOf } from './api-key.ts';
import { words } from './words.ts';

export function KeyList() {
  const { client, reads } = useConsole();
  const add = (
    <Link class="small-primary" href={`${API_KEYS}/new`} data-key="c">
      <Icon node={Plus} size={16} />
      {words('newKey')}
    </Link>
  );
  const switchTo = (enabled: boolean, { id }: ApiKey) => client.send('PATCH', `api-keys/${id}`, { enabled });
  const bulkOf = (enabled: boolean): BulkAction<ApiKey> => ({
    label: words(enabled ? 'on' : 'off'),
    isFor: (key) => key.enabled !== enabled,
    run: (key) => switchTo(enabled, key),
    undo: (key) => switchTo(!enabled, key),
    onDone: () => reads.changed('api-keys', 'checklist'),
  });
  return (
    <>
      <PageHead title={words('title')} lead={words('lead')} actions={add} />
      <DataList<ApiKey>
        path="api-keys"
        label={words('title')}
        columns={[
          { key: 'name', label: words('name'), cell: ({ name }) => name },
          { key: 'state', label: words('state'), cell: (key) => <KeyBadge of={key} /> },
          {
            key: 'scopes',
            label: words('scopes'),
            cell: ({ scopes, kind }) => (
              <span class="muted">
                {kind === 'protectimus' && 'Protectimus: '}
                {SCOPES.filter((one) => scopes.includes(one))
                  .map((one) => words(one))
                  .join(', ')}
              </span>
            ),
          },
          {
            key: 'used',
            label: words('lastUsed'),
            cell: ({ lastUsedAt }) => (lastUsedAt === null ? common('never') : <Timestamp at={lastUsedAt} />),
          },
          { key: 'expires', label: words('expires'), cell: ({ expiresAt }) => <Timestamp at={expiresAt} /> },
        ]}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${API_KEYS}/${id}`}
        filters={[
          {
            name: 'enabled',
            label: words('anyState'),
            choices: [
              { value: 'true', label: words('on') },
              { value: 'false', label: words('off') },
            ],
          },
          {
            name: 'scope',
            label: words('anyScope'),
            choices: SCOPES.map((scope) => ({ value: scope, label: words(scope) })),
          },
        ]}
        bulk={[bulkOf(true), bulkOf(false)]}
        empty={
          <Empty icon={Code} title={words('emptyTitle')} text={words('emptyText')}>
            <Link class="small-primary" href={`${API_KEYS}/new`}>
              <Icon node={Plus} size={16} />
              {words('newKey')}
            </Link>
          </Empty>
        }
      />
    </>
  );
}

export function KeyBadge({ of }: { of: ApiKey }) {
  const state = stateOf(of, Date.now());
  if (state === 'expired') return <Badge tone="bad">{words('expired')}</Badge>;
  if (state === 'off') return <Badge tone="plain">{common('deactivated')}</Badge>;
  if (state === 'soon') return <Badge tone="warn">{words('expiresSoon')}</Badge>;
  return <Badge tone="good">{common('active')}</Badge>;
}
