import { reasons, types } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import { useInside } from '../inside/context.ts';
import files from '../people/files.css?inline';
import css from '../people/people.css?inline';
import { words as people } from '../people/words.ts';
import { ImportUsers } from './import-users.tsx';
import { NewUser } from './new-user.tsx';
import { OneUser } from './one-user.tsx';
import { UserList } from './user-list.tsx';
import { words as own } from './words.ts';

export const words = together(own, people, types, reasons);
export const style = css + files;

/** The people who sign in. */
export function Room() {
  const { params } = useInside().address;
  if (params.page === 'new') return <NewUser />;
  if (params.page === 'import') return <ImportUsers />;
  return params.id === undefined ? <UserList /> : <OneUser key={params.id} id={params.id} />;
}
