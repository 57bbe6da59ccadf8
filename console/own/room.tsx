import { useInside } from '../inside/context.ts';
import { OwnSignIn } from './own-sign-in.tsx';

export function Room() {
  const { client, texts, session, isNext, renew } = useInside();
  return <OwnSignIn client={client} texts={texts} session={session} isNext={isNext} onChanged={renew} />;
}
