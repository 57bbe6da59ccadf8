import { reasons } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import { useConsole } from '../shell/context.ts';
import { FilterList } from './filter-list.tsx';
import css from './filters.css?inline';
import { NewFilter } from './new-filter.tsx';
import { OneFilter } from './one-filter.tsx';
import { words as own } from './words.ts';

export const words = together(own, reasons);
export const style = css;

/** From where and when people may sign in. */
export function Page() {
  const { page, id } = useConsole().address.params;
  if (page === 'new') return <NewFilter />;
  return id === undefined ? <FilterList /> : <OneFilter key={id} id={id} />;
}
