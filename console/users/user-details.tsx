import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { canChangeUser, canDelete, USERS, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { nameInputs } from './name-inputs.ts';
import { words } from './words.ts';

export function UserDetails({ user, version }: { user: User; version: string | undefined }) {
  const { session } = useConsole();
  const path = `users/${user.id}`;
  return (
    <>
      <EditForm
        path={path}
        body={user}
        version={version}
        sections={[
          { title: words('names'), text: words('namesText'), inputs: nameInputs() },
          {
            title: words('ways'),
            inputs: [{ name: 'apiSupport', kind: 'toggle', label: words('apiSupport'), hint: words('apiSupportHint') }],
          },
        ]}
        isReadOnly={!canChangeUser(session, user)}
        alsoChanged={['users', 'tokens']}
      />
      <DeletePanel
        path={path}
        version={version}
        name={user.login}
        label={words('delete')}
        text={words('deleteText')}
        back={USERS}
        alsoChanged={['users', 'tokens', 'checklist']}
        why={canDelete(session, user) ? undefined : words('deleteWho')}
      />
    </>
  );
}
