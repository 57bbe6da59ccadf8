import css from '../shared/shared.css?inline';
import { useConsole } from '../shell/context.ts';
import { SecurityPage } from './security-page.tsx';

export const style = css;

export function Page() {
  const { client, texts, session, isNext, renew } = useConsole();
  return <SecurityPage client={client} texts={texts} session={session} isNext={isNext} onChanged={renew} />;
}
