import { CreateForm } from '../edit/create-form.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { t } from './i18n.ts';
import { originInputs } from './origin-inputs.ts';
import type { Resource } from './resource.ts';
import { RESOURCES } from './resource-list.tsx';
import { enrolmentInput } from './settings-sections.ts';

export function NewResource() {
  const { reads, session, go, notify } = useConsole();
  const head = <PageHead title={t('newTitle')} lead={t('newLead')} back={{ href: RESOURCES, label: t('title') }} />;
  if (!isSuperuser(session)) {
    return (
      <>
        {head}
        <p class="strip">{t('onlySuperuser')}</p>
      </>
    );
  }
  return (
    <>
      {head}
      <CreateForm<Resource>
        path="resources"
        inputs={[
          { name: 'name', kind: 'text', max: 100, label: t('name'), hint: t('nameHint') },
          ...originInputs(),
          enrolmentInput({ required: true }),
          {
            name: 'testMode',
            kind: 'select',
            label: t('testMode'),
            hint: t('testModeHint'),
            without: t('testNone'),
            choices: [
              { value: 'pass', label: t('testPass') },
              { value: 'fail', label: t('testFail') },
              { value: 'expire', label: t('testExpire') },
            ],
          },
        ]}
        initial={{ name: '', allowedOrigins: [], allowLocalhost: false, enrolment: null, testMode: null }}
        bodyOf={({ enrolment, testMode, ...rest }) => ({
          ...rest,
          ...(enrolment !== null && { enrolment }),
          ...(testMode !== null && { testMode }),
        })}
        button={t('make')}
        onCreated={({ body, version }) => {
          reads.changed('resources', 'checklist');
          reads.put(`resources/${body.id}`, body, version);
          notify({ text: t('made', { name: body.name }) });
          go(`${RESOURCES}/${body.id}/embed`, true);
        }}
        onCancel={() => go(RESOURCES)}
      />
    </>
  );
}
