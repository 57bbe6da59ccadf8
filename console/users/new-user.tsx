import { CreateForm } from '../edit/create-form.tsx';
import { USERS, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { nameInputs } from './name-inputs.ts';
import { words } from './words.ts';

export function NewUser() {
  const { reads, go, notify } = useConsole();
  const inputs = nameInputs();
  return (
    <>
      <PageHead title={words('newTitle')} lead={words('newLead')} back={{ href: USERS, label: words('title') }} />
      <CreateForm<User>
        path="users"
        inputs={inputs}
        initial={{ login: '', email: null, firstName: null, secondName: null, alias: null, phone: null }}
        bodyOf={(values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))}
        button={words('make')}
        onMade={({ body, version }) => {
          reads.changed('users', 'checklist');
          reads.put(`users/${body.id}`, body, version);
          notify({ text: words('made', body.login) });
          go(`${USERS}/${body.id}`, true);
        }}
        onCancel={() => go(USERS)}
      />
    </>
  );
}
