import { useConsole } from '../shell/context.ts';
import { SecurityPage } from './security-page.tsx';

export function Page() {
  const { client, texts, session, isNext, renew } = useConsole();
  return <SecurityPage client={client} texts={texts} session={session} isNext={isNext} onChanged={renew} />;
}
