import { reasons } from '../events/i18n.ts';
import { loadTogether } from '../i18n/page-texts.ts';
import { canManage, useConsole } from '../shell/context.ts';
import { FilterList } from './filter-list.tsx';
import css from './filters.css?inline';
import { t as own } from './i18n.ts';
import { NewFilter } from './new-filter.tsx';
import { OneFilter } from './one-filter.tsx';

export const messages = loadTogether(own, reasons);
export const style = css;

/** The page of filters: from where and when users may sign in. */
export function Page() {
  const { session, address } = useConsole();
  const { page, id } = address.params;
  if (page === 'new' && canManage(session)) return <NewFilter />;
  return id === undefined ? <FilterList /> : <OneFilter key={id} id={id} />;
}
