import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { isSuperuser, mayActOn, useInside } from '../inside/context.ts';
import { useRead } from '../inside/use-read.ts';
import type { TabProps } from './resource.ts';
import { RESOURCES } from './resource-list.tsx';
import { settingsSections } from './settings-sections.ts';
import { words } from './words.ts';

interface FilterView {
  id: string;
  name: string;
  rule: { kind: 'geo' | 'time' | 'ip' };
}

export function ResourceSettings({ resource, version }: TabProps) {
  const { session } = useInside();
  const filters = useRead<{ items: FilterView[] }>('filters?limit=200&sort=name');
  const known = filters.body?.items;
  const of = (kind: FilterView['rule']['kind']) =>
    (known ?? []).filter(({ rule }) => rule.kind === kind).map(({ id, name }) => ({ value: id, label: name }));
  const sections = settingsSections({ geo: of('geo'), time: of('time'), ip: of('ip') });
  const path = `resources/${resource.id}`;
  const changed = ['resources', 'checklist'];
  return (
    <>
      <EditForm
        path={path}
        body={resource}
        version={version}
        sections={sections}
        isReadOnly={!mayActOn(session, resource.id)}
        alsoChanged={changed}
      />
      <DeletePanel
        path={path}
        version={version}
        name={resource.name}
        label={words('delete')}
        text={words('dangerText')}
        back={RESOURCES}
        alsoChanged={changed}
        why={isSuperuser(session) ? undefined : words('deleteSuperuser')}
      />
    </>
  );
}
