import type { FilterKind } from '@countersign/protocol/filters';
import { Fragment } from 'preact';
import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { SectionNav } from '../edit/section-nav.tsx';
import { canActOn, canManage, isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { useQuery } from '../shell/use-query.ts';
import { HookPanel } from './hook-panel.tsx';
import { t } from './i18n.ts';
import type { TabProps } from './resource.ts';
import { RESOURCES } from './resource-list.tsx';
import { ResourceWebhooks } from './resource-webhooks.tsx';
import { settingsSections } from './settings-sections.ts';

interface FilterView {
  id: string;
  name: string;
  rule: { kind: FilterKind };
}

export function ResourceSettings({ resource, version }: TabProps) {
  const { session, address, go } = useConsole();
  const filters = useQuery<{ items: FilterView[] }>('filters?limit=200&sort=name');
  const known = filters.body?.items;
  const of = (kind: FilterView['rule']['kind']) =>
    (known ?? []).filter(({ rule }) => rule.kind === kind).map(({ id, name }) => ({ value: id, label: name }));
  const chosen = [resource.geoFilter, resource.timeFilter, resource.ipFilter];
  const sections = settingsSections(
    { geo: of('geo'), time: of('time'), ip: of('ip') },
    <p class="hint">
      {(known ?? [])
        .filter(({ id }) => chosen.includes(id))
        .map(({ id, name }) => (
          <Fragment key={id}>
            <Link href={`/console/filters/${id}`}>{t('filterOpen', { name })}</Link>
            <span class="dot">·</span>{' '}
          </Fragment>
        ))}
      {canManage(session) && <Link href="/console/filters/new">{t('filterNew')}</Link>}
    </p>,
  );
  const path = `resources/${resource.id}`;
  const changed = ['resources', 'checklist'];
  const panels = [
    { id: 'hook', title: t('hook') },
    { id: 'webhooks', title: t('webhooks') },
  ];
  const links = [...sections, ...(isSuperuser(session) ? panels : [])].map(({ id, title }) => ({
    id,
    title,
    href: id === 'general' ? `${RESOURCES}/${resource.id}` : `${RESOURCES}/${resource.id}/settings/${id}`,
  }));
  const current = links.find(({ id }) => id === address.params.section)?.id ?? 'general';
  const show = (id: string) => go(links.find((link) => link.id === id)?.href ?? address.path);
  return (
    <div class="in-sections">
      <SectionNav label={t('sections')} sections={links} current={current} />
      <div>
        <EditForm
          path={path}
          body={resource}
          version={version}
          sections={sections}
          isReadOnly={!canActOn(session, resource.id)}
          alsoChanged={changed}
          oneAtATime={{ current, show }}
        />
        {current === 'hook' && <HookPanel resource={resource} />}
        {current === 'webhooks' && <ResourceWebhooks resource={resource.id} />}
        {current === 'general' && (
          <DeletePanel
            path={path}
            version={version}
            name={resource.name}
            label={t('delete')}
            text={t('dangerText')}
            back={RESOURCES}
            alsoChanged={changed}
            why={isSuperuser(session) ? undefined : t('deleteSuperuser')}
          />
        )}
      </div>
    </div>
  );
}
