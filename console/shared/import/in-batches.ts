import type { Answer } from '../../service/client.ts';

export interface BatchOptions<Row, Outcome> {
  rows: readonly Row[];
  atOnce: number;
  send(rows: readonly Row[], from: number): Promise<Answer<{ rows: Outcome[] }>>;
  /** Called after each batch. */
  onStep(outcomes: readonly Outcome[], from: number): void;
  isStopped(): boolean;
}

/** Where an import was interrupted, to resume it from there. */
export interface BatchFailure {
  from: number;
  /** Undefined if the user stopped it. */
  answer?: Exclude<Answer, { kind: 'done' }>;
}

/** Sends many rows in batches, one request after the other. Does not use the DOM. */
export async function runInBatches<Row, Outcome>(
  steps: BatchOptions<Row, Outcome>,
  begin = 0,
): Promise<BatchFailure | undefined> {
  const { rows, atOnce, send, onStep, isStopped } = steps;
  for (let from = begin; from < rows.length; from += atOnce) {
    if (isStopped()) return { from };
    const answer = await send(rows.slice(from, from + atOnce), from);
    if (answer.kind !== 'done') return { from, answer };
    onStep(answer.body.rows, from);
  }
  return undefined;
}
