import { useConsole } from '../shell/context.ts';
import { SuperusersPage } from '../shell/superusers-page.tsx';
import { AdministratorList } from './administrator-list.tsx';
import css from './administrators.css?inline';
import { t } from './i18n.ts';
import { Invite } from './invite.tsx';
import { OneAdministrator } from './one-administrator.tsx';
import { Roles } from './roles.tsx';

export { t as messages } from './i18n.ts';
export const style = css;

/** The page of administrators. */
export function Page() {
  const { page, id } = useConsole().address.params;
  return (
    <SuperusersPage title={t('title')} lead={t('lead')} instead={<Roles />}>
      {page === 'new' ? <Invite /> : id === undefined ? <AdministratorList /> : <OneAdministrator key={id} id={id} />}
    </SuperusersPage>
  );
}
