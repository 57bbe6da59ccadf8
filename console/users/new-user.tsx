import { CreateForm } from '../edit/create-form.tsx';
import { useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { USERS, type User } from '../people/person.ts';
import { nameInputs } from './name-inputs.ts';
import { words } from './words.ts';

export function NewUser() {
  const { reads, go, notify } = useInside();
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
