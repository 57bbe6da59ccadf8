import { together } from '../i18n/words.ts';
import { words as secrets } from '../secrets/words.ts';
import { useConsole } from '../shell/context.ts';
import { SuperusersPage } from '../shell/superusers-page.tsx';
import { KeyList } from './key-list.tsx';
import { NewKey } from './new-key.tsx';
import { OneKey } from './one-key.tsx';
import { words as own } from './words.ts';

export const words = together(own, secrets);

/** What programs get in with. */
export function Page() {
  const { page, id } = useConsole().address.params;
  return (
    <SuperusersPage title={own('title')} lead={own('lead')}>
      {page === 'new' ? <NewKey /> : id === undefined ? <KeyList /> : <OneKey key={id} id={id} />}
    </SuperusersPage>
  );
}
