import { type Deadline, deadlineIn } from '@countersign/ui/deadline';
import type { Answer, Refused } from './client.ts';

/** Why a form is still there after it was sent. */
export interface Notice {
  /** A refusal's code, or `interrupted`: the answer was lost, and what became of the request is unknown. */
  code: string;
  flaw?: string;
  fields: string[];
  /** Until when no answer is taken. */
  wait?: Deadline;
}

export interface SubmissionState {
  busy: boolean;
  notice?: Notice;
}

export interface Submission<Values> {
  /** Sends the form. While one is on its way, or a wait runs, nothing is sent: a double click is one attempt. */
  submit(values: Values): Promise<void>;
  now(): SubmissionState;
}

export interface SubmissionParts<Values, Body> {
  send(values: Values): Promise<Answer<Body>>;
  show(sending: SubmissionState): void;
  /** @param sent what was sent with it */
  done(body: Body, sent: Values): void;
  /** Takes a refusal over that is not about anything in the form: true, and the form shows nothing. */
  onRefused?(refused: Refused): boolean;
}

/** One form on its way to the service. Knows no DOM. */
export function createSubmission<Values, Body>(parts: SubmissionParts<Values, Body>): Submission<Values> {
  let sending: SubmissionState = { busy: false };
  const put = (next: SubmissionState) => {
    sending = next;
    parts.show(next);
  };
  return {
    now: () => sending,
    async submit(values) {
      if (sending.busy || sending.notice?.wait?.leftMs()) return;
      put({ busy: true });
      const answer = await parts.send(values);
      if (answer.kind === 'done') {
        put({ busy: false });
        return parts.done(answer.body, values);
      }
      if (answer.kind === 'refused' && parts.onRefused?.(answer)) return put({ busy: false });
      put({ busy: false, notice: noticeOf(answer) });
    },
  };
}

/** What to tell about an answer that is none of those hoped for. */
export function noticeOf(answer: Exclude<Answer, { kind: 'done' }>): Notice {
  if (answer.kind === 'lost') return { code: 'interrupted', fields: [] };
  const { code, retryAfterMs, flaw, fields } = answer;
  return {
    code,
    fields,
    ...(flaw !== undefined && { flaw }),
    ...(retryAfterMs !== undefined && { wait: deadlineIn(retryAfterMs) }),
  };
}
