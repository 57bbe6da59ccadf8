import { loadTogether } from '../i18n/page-texts.ts';
import { t as secrets } from '../secrets/i18n.ts';
import { useConsole } from '../shell/context.ts';
import { SuperusersPage } from '../shell/superusers-page.tsx';
import { t as own } from './i18n.ts';
import { KeyList } from './key-list.tsx';
import { NewKey } from './new-key.tsx';
import { OneKey } from './one-key.tsx';

export const messages = loadTogether(own, secrets);

/** The page of API keys. */
export function Page() {
  const { page, id } = useConsole().address.params;
  return (
    <SuperusersPage title={own('title')} lead={own('lead')}>
      {page === 'new' ? <NewKey /> : id === undefined ? <KeyList /> : <OneKey key={id} id={id} />}
    </SuperusersPage>
  );
}
