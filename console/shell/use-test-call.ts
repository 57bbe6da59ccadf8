import { useState } from 'preact/hooks';
import { useConsole } from './context.ts';
import { refusalMessage } from './refusal.ts';

/** Asks the service to call another system once, and holds what came of it. One call runs at a time. */
export function useTestCall<Result>(path: string): {
  isBusy: boolean;
  result: Result | undefined;
  /** Why the service did not call. */
  wrong: string | undefined;
  send(): Promise<void>;
} {
  const { client, texts } = useConsole();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<Result>();
  const [wrong, setWrong] = useState<string>();
  const send = async () => {
    if (isBusy) return;
    setBusy(true);
    setResult(undefined);
    setWrong(undefined);
    const answer = await client.send<Result>('POST', path);
    setBusy(false);
    if (answer.kind === 'done') setResult(answer.body);
    else setWrong(refusalMessage(texts, answer));
  };
  return { isBusy, result, wrong, send };
}
