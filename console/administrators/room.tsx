import { together } from '../i18n/words.ts';
import { isSuperuser, useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { words as secrets } from '../secrets/words.ts';
import { AdministratorList } from './administrator-list.tsx';
import css from './administrators.css?inline';
import { Invite } from './invite.tsx';
import { OneAdministrator } from './one-administrator.tsx';
import { Roles } from './roles.tsx';
import { words as own } from './words.ts';

export const words = together(own, secrets);
export const style = css;

/** Who looks after the account. */
export function Room() {
  const { address, session } = useInside();
  const { page, id } = address.params;
  if (!isSuperuser(session)) {
    return (
      <>
        <PageHead title={own('title')} lead={own('lead')} />
        <p class="strip">{secrets('onlySuperuser')}</p>
        <Roles />
      </>
    );
  }
  if (page === 'new') return <Invite />;
  return id === undefined ? <AdministratorList /> : <OneAdministrator key={id} id={id} />;
}
