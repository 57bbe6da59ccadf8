import { CreateForm } from '../edit/create-form.tsx';
import { USERS, type User } from '../shared/user.ts';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { t } from './i18n.ts';
import { identityInputs, nameInputs } from './name-inputs.ts';

const IDENTITY = { externalId: null, metadata: null };

export function NewUser() {
  const { reads, go, notify, session } = useConsole();
  const mayIdentify = isSuperuser(session);
  const inputs = [...nameInputs(), ...(mayIdentify ? identityInputs() : [])];
  return (
    <>
      <PageHead title={t('newTitle')} lead={t('newLead')} back={{ href: USERS, label: t('title') }} />
      <CreateForm<User>
        path="users"
        inputs={inputs}
        initial={{
          login: '',
          email: null,
          firstName: null,
          secondName: null,
          alias: null,
          phone: null,
          ...(mayIdentify && IDENTITY),
        }}
        bodyOf={(values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))}
        button={t('make')}
        onCreated={({ body, version }) => {
          reads.changed('users', 'checklist');
          reads.put(`users/${body.id}`, body, version);
          notify({ text: t('made', { name: body.login }) });
          go(`${USERS}/${body.id}`, true);
        }}
        onCancel={() => go(USERS)}
      />
    </>
  );
}
