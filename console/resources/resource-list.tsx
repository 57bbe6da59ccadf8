import { Globe, Plus } from 'lucide';
import type { BulkAction } from '../list/bulk-bar.tsx';
import { type Column, DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { canActOn, isSuperuser, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import type { Resource } from './resource.ts';
import { METHODS, originsText, ResourceBadges } from './states.tsx';
import { words } from './words.ts';

export const RESOURCES = '/console/resources';

export function ResourceList() {
  const { client, reads, session, ask } = useConsole();
  const columns: Column<Resource>[] = [
    { key: 'name', label: words('name'), sort: 'name', cell: ({ name }) => name },
    { key: 'state', label: words('state'), cell: (resource) => <ResourceBadges resource={resource} /> },
    { key: 'signIn', label: words('signIn'), cell: ({ methodPolicy }) => words(METHODS[methodPolicy]) },
    { key: 'origins', label: words('origins'), cell: (resource) => <span class="muted">{originsText(resource)}</span> },
    { key: 'created', label: words('created'), sort: 'created', cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
  ];
  const switchTo = (enabled: boolean, { id }: Resource) => client.send('PATCH', `resources/${id}`, { enabled });
  const bulkOf = (enabled: boolean): BulkAction<Resource> => ({
    label: words(enabled ? 'switchOn' : 'switchOff'),
    isFor: (resource) => resource.enabled !== enabled && canActOn(session, resource.id),
    run: (resource) => switchTo(enabled, resource),
    undo: (resource) => switchTo(!enabled, resource),
    onDone: () => reads.changed('resources'),
    ...(!enabled && {
      confirm: ([first, ...others]) =>
        ask({
          title: words(
            'switchOffTitle',
            others.length === 0 ? `“${first?.name}”` : words('severalResources', others.length + 1),
          ),
          text: words('switchOffText'),
          action: words('switchOff'),
        }),
    }),
  });
  const add = isSuperuser(session) && (
    <Link class="small-primary" href={`${RESOURCES}/new`} data-key="c">
      <Icon node={Plus} size={16} />
      {words('newResource')}
    </Link>
  );
  const canAct = isSuperuser(session) || session.administrator.resources.length > 0;
  return (
    <>
      <PageHead title={words('title')} lead={words('lead')} actions={add} />
      <DataList<Resource>
        path="resources"
        label={words('title')}
        columns={columns}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${RESOURCES}/${id}`}
        bulk={canAct ? [bulkOf(true), bulkOf(false)] : []}
        empty={
          <Empty
            icon={Globe}
            title={words('emptyTitle')}
            text={words(isSuperuser(session) ? 'emptyText' : 'emptySuperuser')}
          >
            {isSuperuser(session) && (
              <Link class="small-primary" href={`${RESOURCES}/new`}>
                <Icon node={Plus} size={16} />
                {words('newResource')}
              </Link>
            )}
          </Empty>
        }
      />
    </>
  );
}
