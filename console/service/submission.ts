import { type Deadline, deadlineIn } from '@countersign/ui/deadline';
import type { Answer, Refused } from './client.ts';

/** Why a form stays open after it was sent. */
export interface Notice {
  /** A refusal's code, or `interrupted`: the response was lost, so it is unknown whether the request took effect. */
  code: string;
  flaw?: string;
  fields: string[];
  /** No submission is accepted until then. */
  wait?: Deadline;
}

export interface SubmissionState {
  isBusy: boolean;
  notice?: Notice;
}

export interface Submission<Values> {
  /** Sends the form. Does nothing while a request is pending or a wait runs: a double click is one attempt. */
  submit(values: Values): Promise<void>;
}

export interface SubmissionParts<Values, Body> {
  send(values: Values): Promise<Answer<Body>>;
  show(sending: SubmissionState): void;
  /** @param sent the values that were sent */
  onDone(body: Body, sent: Values): void;
  /** Handles a refusal that is not about the form: if it returns true, the form shows no notice. */
  onRefused?(refused: Refused): boolean;
}

/** The submission of one form. Does not use the DOM. */
export function createSubmission<Values, Body>(parts: SubmissionParts<Values, Body>): Submission<Values> {
  let sending: SubmissionState = { isBusy: false };
  const put = (next: SubmissionState) => {
    sending = next;
    parts.show(next);
  };
  return {
    async submit(values) {
      if (sending.isBusy || sending.notice?.wait?.leftMs()) return;
      put({ isBusy: true });
      const answer = await parts.send(values);
      if (answer.kind === 'done') {
        put({ isBusy: false });
        return parts.onDone(answer.body, values);
      }
      if (answer.kind === 'refused' && parts.onRefused?.(answer)) return put({ isBusy: false });
      put({ isBusy: false, notice: noticeOf(answer) });
    },
  };
}

/** The notice for an answer that is not a success. */
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
