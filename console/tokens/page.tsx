import { reasons, types } from '../events/i18n.ts';
import { loadTogether } from '../i18n/page-texts.ts';
import { t as sharedTexts } from '../shared/i18n.ts';
import files from '../shared/import/files.css?inline';
import css from '../shared/shared.css?inline';
import { canManage, useConsole } from '../shell/context.ts';
import making from './enrolment.css?inline';
import { flaws } from './flaws.ts';
import { t as own } from './i18n.ts';
import { ImportTokens } from './import-tokens.tsx';
import { NewToken } from './new-token.tsx';
import { OneToken } from './one-token.tsx';
import { TokenList } from './token-list.tsx';

export const messages = loadTogether(own, sharedTexts, flaws, types, reasons);
export const style = css + making + files;

/** The page of tokens. */
export function Page() {
  const {
    session,
    address: { params },
  } = useConsole();
  const isManager = canManage(session);
  if (params.page === 'new' && isManager) return <NewToken />;
  if (params.page === 'import' && isManager) return <ImportTokens />;
  return params.id === undefined ? <TokenList /> : <OneToken key={params.id} id={params.id} />;
}
