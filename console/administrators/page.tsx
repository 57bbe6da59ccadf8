import { useConsole } from '../shell/context.ts';
import { SuperusersPage } from '../shell/superusers-page.tsx';
import { AdministratorList } from './administrator-list.tsx';
import css from './administrators.css?inline';
import { Invite } from './invite.tsx';
import { OneAdministrator } from './one-administrator.tsx';
import { Roles } from './roles.tsx';
import { words } from './words.ts';

export { words } from './words.ts';
export const style = css;

/** Who looks after the account. */
export function Page() {
  const { page, id } = useConsole().address.params;
  return (
    <SuperusersPage title={words('title')} lead={words('lead')} instead={<Roles />}>
      {page === 'new' ? <Invite /> : id === undefined ? <AdministratorList /> : <OneAdministrator key={id} id={id} />}
    </SuperusersPage>
  );
}
