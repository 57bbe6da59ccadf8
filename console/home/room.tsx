import { useInside } from '../inside/context.ts';
import { Home } from './home.tsx';

export function Room() {
  const { client, texts, session, isNext } = useInside();
  return <Home client={client} texts={texts} session={session} isNext={isNext} />;
}
