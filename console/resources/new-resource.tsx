import { CreateForm } from '../edit/create-form.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { originInputs } from './origin-inputs.ts';
import type { Resource } from './resource.ts';
import { RESOURCES } from './resource-list.tsx';
import { words } from './words.ts';

export function NewResource() {
  const { reads, session, go, notify } = useConsole();
  const head = (
    <PageHead title={words('newTitle')} lead={words('newLead')} back={{ href: RESOURCES, label: words('title') }} />
  );
  if (!isSuperuser(session)) {
    return (
      <>
        {head}
        <p class="strip">{words('onlySuperuser')}</p>
      </>
    );
  }
  return (
    <>
      {head}
      <CreateForm<Resource>
        path="resources"
        inputs={[
          { name: 'name', kind: 'text', max: 100, label: words('name'), hint: words('nameHint') },
          ...originInputs(),
          {
            name: 'testMode',
            kind: 'select',
            label: words('testMode'),
            hint: words('testModeHint'),
            without: words('testNone'),
            choices: [
              { value: 'pass', label: words('testPass') },
              { value: 'fail', label: words('testFail') },
              { value: 'expire', label: words('testExpire') },
            ],
          },
        ]}
        initial={{ name: '', allowedOrigins: [], allowLocalhost: false, testMode: null }}
        bodyOf={({ testMode, ...rest }) => ({ ...rest, ...(testMode !== null && { testMode }) })}
        button={words('make')}
        onMade={({ body, version }) => {
          reads.changed('resources', 'checklist');
          reads.put(`resources/${body.id}`, body, version);
          notify({ text: words('made', body.name) });
          go(`${RESOURCES}/${body.id}/embed`, true);
        }}
        onCancel={() => go(RESOURCES)}
      />
    </>
  );
}
