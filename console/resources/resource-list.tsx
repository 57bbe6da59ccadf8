import { Globe, Plus } from 'lucide';
import type { BulkAction } from '../list/bulk-bar.tsx';
import { type Column, DataList } from '../list/data-list.tsx';
import { Muted } from '../parts/breakable.tsx';
import { Icon } from '../parts/icon.tsx';
import { canActOn, canActSomewhere, isSuperuser, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { quoted } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { t } from './i18n.ts';
import type { Resource } from './resource.ts';
import { METHODS, originsText, ResourceBadges } from './states.tsx';

export const RESOURCES = '/console/resources';

export function ResourceList() {
  const { client, reads, session, ask } = useConsole();
  const columns: Column<Resource>[] = [
    { key: 'name', label: t('name'), sort: 'name', cell: ({ name }) => name },
    { key: 'state', label: t('state'), cell: (resource) => <ResourceBadges resource={resource} /> },
    { key: 'signIn', label: t('signIn'), cell: ({ methodPolicy }) => t(METHODS[methodPolicy]) },
    { key: 'origins', label: t('origins'), cell: (resource) => <Muted text={originsText(resource)} /> },
    { key: 'created', label: t('created'), sort: 'created', cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
  ];
  const switchTo = (enabled: boolean, { id }: Resource) => client.send('PATCH', `resources/${id}`, { enabled });
  const bulkOf = (enabled: boolean): BulkAction<Resource> => ({
    label: t(enabled ? 'switchOn' : 'switchOff'),
    isFor: (resource) => resource.enabled !== enabled && canActOn(session, resource.id),
    run: (resource) => switchTo(enabled, resource),
    undo: (resource) => switchTo(!enabled, resource),
    onDone: () => reads.changed('resources'),
    ...(!enabled && {
      confirm: ([first, ...others]) =>
        ask({
          title: t('switchOffTitle', {
            name: others.length === 0 ? quoted(first?.name) : t('severalResources', { count: others.length + 1 }),
          }),
          text: t('switchOffText'),
          action: t('switchOff'),
        }),
    }),
  });
  const add = isSuperuser(session) && (
    <Link class="small-primary" href={`${RESOURCES}/new`} data-key="c">
      <Icon node={Plus} size={16} />
      {t('newResource')}
    </Link>
  );
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} actions={add} />
      <DataList<Resource>
        path="resources"
        label={t('title')}
        columns={columns}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${RESOURCES}/${id}`}
        bulk={canActSomewhere(session) ? [bulkOf(true), bulkOf(false)] : []}
        empty={
          <Empty icon={Globe} title={t('emptyTitle')} text={t(isSuperuser(session) ? 'emptyText' : 'emptySuperuser')}>
            {isSuperuser(session) && (
              <Link class="small-primary" href={`${RESOURCES}/new`}>
                <Icon node={Plus} size={16} />
                {t('newResource')}
              </Link>
            )}
          </Empty>
        }
      />
    </>
  );
}
