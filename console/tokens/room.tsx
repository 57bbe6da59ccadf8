import { reasons, types } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import { useInside } from '../inside/context.ts';
import files from '../people/files.css?inline';
import css from '../people/people.css?inline';
import { words as people } from '../people/words.ts';
import { flaws } from './flaws.ts';
import { ImportTokens } from './import-tokens.tsx';
import making from './making.css?inline';
import { NewToken } from './new-token.tsx';
import { OneToken } from './one-token.tsx';
import { TokenList } from './token-list.tsx';
import { words as own } from './words.ts';

export const words = together(own, people, flaws, types, reasons);
export const style = css + making + files;

/** What makes one-time passwords, or stands in for them. */
export function Room() {
  const { params } = useInside().address;
  if (params.page === 'new') return <NewToken />;
  if (params.page === 'import') return <ImportTokens />;
  return params.id === undefined ? <TokenList /> : <OneToken key={params.id} id={params.id} />;
}
