import { useEffect, useReducer } from 'preact/hooks';
import type { Deadline } from '../deadline.ts';

/** Milliseconds until the deadline, drawn anew each second until there are none. */
export function useLeftMs(deadline: Deadline | undefined): number {
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0);
  useEffect(() => {
    if (!deadline?.leftMs()) return;
    const timer = setInterval(() => {
      if (!deadline.leftMs()) clearInterval(timer);
      redraw();
    }, 1_000);
    return () => clearInterval(timer);
  }, [deadline]);
  return deadline?.leftMs() ?? 0;
}
