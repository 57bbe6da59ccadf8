import { reasons, types } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import files from '../shared/import/files.css?inline';
import css from '../shared/shared.css?inline';
import { words as people } from '../shared/words.ts';
import { useConsole } from '../shell/context.ts';
import making from './enrolment.css?inline';
import { flaws } from './flaws.ts';
import { ImportTokens } from './import-tokens.tsx';
import { NewToken } from './new-token.tsx';
import { OneToken } from './one-token.tsx';
import { TokenList } from './token-list.tsx';
import { words as own } from './words.ts';

export const words = together(own, people, flaws, types, reasons);
export const style = css + making + files;

/** What makes one-time passwords, or stands in for them. */
export function Page() {
  const { params } = useConsole().address;
  if (params.page === 'new') return <NewToken />;
  if (params.page === 'import') return <ImportTokens />;
  return params.id === undefined ? <TokenList /> : <OneToken key={params.id} id={params.id} />;
}
