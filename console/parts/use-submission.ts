import type { Deadline } from '@countersign/ui/deadline';
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { createSubmission, type SubmissionParts, type SubmissionState } from '../service/submission.ts';

/** The submission of a form. It lives as long as the form, and calls the latest callbacks. */
export function useSubmission<Values, Body>(parts: Omit<SubmissionParts<Values, Body>, 'show'>) {
  const [state, show] = useState<SubmissionState>({ isBusy: false });
  const latest = useRef(parts);
  latest.current = parts;
  const { submit } = useMemo(
    () =>
      createSubmission<Values, Body>({
        send: (values) => latest.current.send(values),
        show,
        onDone: (body, sent) => latest.current.onDone(body, sent),
        onRefused: (refused) => latest.current.onRefused?.(refused) ?? false,
      }),
    [],
  );
  return { state, submit };
}

/** The remaining time of a wait, updated every second. */
export function useLeftMs(wait: Deadline | undefined): number {
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => {
    if (!wait) return;
    const timer = setInterval(() => {
      draw(undefined);
      if (wait.leftMs() === 0) clearInterval(timer);
    }, 1_000);
    return () => clearInterval(timer);
  }, [wait]);
  return wait?.leftMs() ?? 0;
}
