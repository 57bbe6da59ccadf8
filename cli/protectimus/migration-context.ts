import { createHash } from 'node:crypto';
import { Refused, type Service } from '../connection/service.ts';
import { detailOf, MAX_ROWS, type RowAnswer, sendRows } from '../transfer/bulk-rows.ts';
import type { MigrationCode, Report, ReportRow } from './report.ts';

/** What making an account's copy takes. */
export interface MigrationContext {
  service: Service;
  /** The same when it goes on after a kill: what was done in it already is not done again. */
  run: string;
  dryRun: boolean;
  report: Report;
  /** Says that so much more is through. */
  advance: (things: number) => void;
}

/** One thing in a bulk request. */
export interface Item<T> {
  subject: T;
  body: Record<string, unknown>;
  /** Its number there. */
  number: number;
}

/** Sends things in requests of many, each by a key of the run, and hands on what became of each. */
export async function inBulk<T>(
  { service, run, dryRun, advance }: MigrationContext,
  path: string,
  items: readonly Item<T>[],
  each: (item: Item<T>, answer: RowAnswer | undefined) => void,
): Promise<void> {
  for (let from = 0; from < items.length; from += MAX_ROWS) {
    const batch = items.slice(from, from + MAX_ROWS);
    const rows = batch.map(({ body, number }) => ({ body, key: keyOf(run, path, number, body) }));
    const { answers, failure } = await sendRows(service, { path, dryRun }, rows);
    for (const [at, item] of batch.entries()) each(item, answers[at]);
    advance(batch.length);
    if (failure !== undefined) throw failure;
  }
}

/** An Idempotency-Key: of this run, and of what is made. */
export function keyOf(run: string, path: string, number: number, body: object): string {
  return createHash('sha256')
    .update([run, path, number, JSON.stringify(body)].join('\n'))
    .digest('base64url');
}

/** What one thing came to, as a row; whether it is there now. */
export function reportAnswer(
  report: Report,
  row: Omit<ReportRow, 'outcome'>,
  answer: Pick<RowAnswer, 'status' | 'code' | 'detail' | 'errors'> | undefined,
): boolean {
  const isMade = answer !== undefined && answer.status < 300;
  const code = answer?.code ?? ('NO_ANSWER' satisfies MigrationCode);
  if (isMade) report.add({ ...row, outcome: 'made' });
  else report.add({ ...row, outcome: 'refused', code, detail: detailOf(answer) });
  return isMade;
}

/** The same for a request of one thing: a refusal is told, everything else that goes wrong is not for a row to say. */
export async function tryOne<T>(
  report: Report,
  row: Omit<ReportRow, 'outcome'>,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused) || error.status === 401 || error.status >= 500) throw error;
    const { code, errors, detail } = error.problem;
    report.add({
      ...row,
      outcome: 'refused',
      code,
      detail: detailOf({ status: error.status, ...(errors && { errors }), ...(detail !== undefined && { detail }) }),
    });
    return undefined;
  }
}
