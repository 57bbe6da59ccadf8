import { API_SCOPES } from '@countersign/protocol/api-keys';
import { Code, Plus } from 'lucide';
import type { BulkAction } from '../list/bulk-bar.tsx';
import { DataList } from '../list/data-list.tsx';
import { Badge } from '../parts/badge.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { t as common } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { API_KEYS, type ApiKey, stateOf } from './api-key.ts';
import { t } from './i18n.ts';

export function KeyList() {
  const { client, reads } = useConsole();
  const add = (
    <Link class="small-primary" href={`${API_KEYS}/new`} data-key="c">
      <Icon node={Plus} size={16} />
      {t('newKey')}
    </Link>
  );
  const switchTo = (enabled: boolean, { id }: ApiKey) => client.send('PATCH', `api-keys/${id}`, { enabled });
  const bulkOf = (enabled: boolean): BulkAction<ApiKey> => ({
    label: t(enabled ? 'on' : 'off'),
    isFor: (key) => key.enabled !== enabled,
    run: (key) => switchTo(enabled, key),
    undo: (key) => switchTo(!enabled, key),
    onDone: () => reads.changed('api-keys', 'checklist'),
  });
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} actions={add} />
      <DataList<ApiKey>
        path="api-keys"
        label={t('title')}
        columns={[
          { key: 'name', label: t('name'), cell: ({ name }) => name },
          { key: 'state', label: t('state'), cell: (key) => <KeyBadge of={key} /> },
          {
            key: 'scopes',
            label: t('scopes'),
            cell: ({ scopes, kind }) => (
              <span class="muted">
                {kind === 'protectimus' && 'Protectimus: '}
                {API_SCOPES.filter((one) => scopes.includes(one))
                  .map((one) => t(one))
                  .join(', ')}
              </span>
            ),
          },
          {
            key: 'used',
            label: t('lastUsed'),
            cell: ({ lastUsedAt }) => (lastUsedAt === null ? common('never') : <Timestamp at={lastUsedAt} />),
          },
          { key: 'expires', label: t('expires'), cell: ({ expiresAt }) => <Timestamp at={expiresAt} /> },
        ]}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${API_KEYS}/${id}`}
        filters={[
          {
            name: 'enabled',
            label: t('anyState'),
            choices: [
              { value: 'true', label: t('on') },
              { value: 'false', label: t('off') },
            ],
          },
          {
            name: 'scope',
            label: t('anyScope'),
            choices: API_SCOPES.map((scope) => ({ value: scope, label: t(scope) })),
          },
        ]}
        bulk={[bulkOf(true), bulkOf(false)]}
        empty={
          <Empty icon={Code} title={t('emptyTitle')} text={t('emptyText')}>
            <Link class="small-primary" href={`${API_KEYS}/new`}>
              <Icon node={Plus} size={16} />
              {t('newKey')}
            </Link>
          </Empty>
        }
      />
    </>
  );
}

export function KeyBadge({ of }: { of: ApiKey }) {
  const state = stateOf(of, Date.now());
  if (state === 'expired') return <Badge tone="bad">{t('expired')}</Badge>;
  if (state === 'off') return <Badge tone="plain">{common('deactivated')}</Badge>;
  if (state === 'soon') return <Badge tone="warn">{t('expiresSoon')}</Badge>;
  return <Badge tone="good">{common('active')}</Badge>;
}
