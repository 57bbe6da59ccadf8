import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { canChangeUser, canDelete, USERS, type User } from '../shared/user.ts';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';
import { identityInputs, nameInputs } from './name-inputs.ts';
import { PersonalData } from './personal-data.tsx';

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
          { title: t('names'), text: t('namesText'), inputs: nameInputs() },
          ...(isSuperuser(session)
            ? [{ title: t('identity'), text: t('identityText'), inputs: identityInputs() }]
            : []),
          {
            title: t('ways'),
            inputs: [{ name: 'apiSupport', kind: 'toggle', label: t('apiSupport'), hint: t('apiSupportHint') }],
          },
        ]}
        isReadOnly={!canChangeUser(session, user)}
        alsoChanged={['users', 'tokens']}
      />
      <PersonalData user={user} />
      <DeletePanel
        path={path}
        version={version}
        name={user.login}
        label={t('delete')}
        text={t('deleteText')}
        back={USERS}
        alsoChanged={['users', 'tokens', 'checklist']}
        why={canDelete(session, user) ? undefined : t('deleteWho')}
      />
    </>
  );
}
