import { reasons, types } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import files from '../shared/import/files.css?inline';
import css from '../shared/shared.css?inline';
import { words as people } from '../shared/words.ts';
import { useConsole } from '../shell/context.ts';
import { ImportUsers } from './import-users.tsx';
import { NewUser } from './new-user.tsx';
import { OneUser } from './one-user.tsx';
import { UserList } from './user-list.tsx';
import { words as own } from './words.ts';

export const words = together(own, people, types, reasons);
export const style = css + files;

/** The people who sign in. */
export function Page() {
  const { params } = useConsole().address;
  if (params.page === 'new') return <NewUser />;
  if (params.page === 'import') return <ImportUsers />;
  return params.id === undefined ? <UserList /> : <OneUser key={params.id} id={params.id} />;
}
