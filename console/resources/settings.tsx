import { useMemo } from 'preact/hooks';
import { EditForm } from '../edit/edit-form.tsx';
import { isSuperuser, mayActOn, useInside } from '../inside/context.ts';
import { refusalInWords } from '../inside/refusal.ts';
import { useRead } from '../inside/use-read.ts';
import { ifMatch } from '../service/client.ts';
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
  const sections = useMemo(() => {
    const of = (kind: FilterView['rule']['kind']) =>
      (known ?? []).filter(({ rule }) => rule.kind === kind).map(({ id, name }) => ({ value: id, label: name }));
    return settingsSections({ geo: of('geo'), time: of('time'), ip: of('ip') });
  }, [known]);
  return (
    <>
      <EditForm
        path={`resources/${resource.id}`}
        body={resource}
        version={version}
        sections={sections}
        isReadOnly={!mayActOn(session, resource.id)}
        alsoChanged={['resources', 'checklist']}
      />
      <Delete resource={resource} version={version} />
    </>
  );
}

function Delete({ resource, version }: TabProps) {
  const { client, reads, drafts, session, texts, ask, go, notify } = useInside();
  const { id, name } = resource;
  const remove = async () => {
    const isSure = await ask({
      title: words('deleteTitle', `“${name}”`),
      text: words('dangerText'),
      action: words('deleteAction'),
      isDanger: true,
      typed: name,
    });
    if (!isSure) return;
    const answer = await client.send('DELETE', `resources/${id}`, undefined, ifMatch(version));
    if (answer.kind !== 'done') {
      reads.again(`resources/${id}`);
      return notify({ text: refusalInWords(texts, answer), isBad: true });
    }
    drafts.put(`resources/${id}`, undefined);
    go(RESOURCES, true);
    reads.changed('resources', 'checklist');
    notify({ text: words('deleted', name) });
  };
  return (
    <section class="panel edit-section" aria-labelledby="danger">
      <div class="edit-about">
        <h2 id="danger">{words('danger')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{words('dangerText')}</p>
        {isSuperuser(session) ? (
          <button type="button" class="secondary danger" onClick={remove}>
            {words('delete')}
          </button>
        ) : (
          <p class="hint">{words('deleteSuperuser')}</p>
        )}
      </div>
    </section>
  );
}
