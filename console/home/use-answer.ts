import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Answer, Client } from '../service/client.ts';

/** Asks once, and again when told to. `answer` is undefined until there is one. */
export function useAnswer<Body>(client: Client, path: string | undefined) {
  const [answer, setAnswer] = useState<Answer<Body>>();
  const { get } = client;
  const ask = useCallback(async () => {
    if (path === undefined) return;
    setAnswer(undefined);
    setAnswer(await get<Body>(path));
  }, [get, path]);
  useEffect(() => {
    ask();
  }, [ask]);
  return { answer, again: ask };
}
