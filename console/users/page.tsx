import { reasons, types } from '../events/i18n.ts';
import { loadTogether } from '../i18n/page-texts.ts';
import { t as sharedTexts } from '../shared/i18n.ts';
import files from '../shared/import/files.css?inline';
import css from '../shared/shared.css?inline';
import { canManage, isReadOnly, useConsole } from '../shell/context.ts';
import { t as own } from './i18n.ts';
import { ImportUsers } from './import-users.tsx';
import { ManyLinks } from './many-links.tsx';
import { NewUser } from './new-user.tsx';
import { OneUser } from './one-user.tsx';
import { UserList } from './user-list.tsx';

export const messages = loadTogether(own, sharedTexts, types, reasons);
export const style = css + files;

/** The page of users. */
export function Page() {
  const {
    session,
    address: { params },
  } = useConsole();
  const isManager = canManage(session);
  if (params.page === 'new' && isManager) return <NewUser />;
  if (params.page === 'import' && isManager) return <ImportUsers />;
  if (params.page === 'links' && !isReadOnly(session)) return <ManyLinks />;
  return params.id === undefined ? <UserList /> : <OneUser key={params.id} id={params.id} />;
}
