import { createHash } from 'node:crypto';
import type { Service } from '../connection/service.ts';
import type { MigrationCode, Report, ReportRow } from '../migrate/report.ts';
import { detailOf, MAX_ROWS, type RowAnswer, sendRows } from '../transfer/bulk-rows.ts';

/** What a migration needs. */
export interface MigrationContext {
  service: Service;
  /** The id of the run, unchanged when it resumes, so that nothing is created twice. */
  run: string;
  dryRun: boolean;
  report: Report;
  /** Advances the progress bar. */
  advance: (things: number) => void;
}

/** One object in a bulk request. */
export interface Item<T> {
  subject: T;
  body: Record<string, unknown>;
  /** Its number in the source. */
  number: number;
}

/** Sends objects in bulk requests, each with an idempotency key, and passes on each result. */
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

/** The idempotency key of an object in this run. */
export function keyOf(run: string, path: string, number: number, body: object): string {
  return createHash('sha256')
    .update([run, path, number, JSON.stringify(body)].join('\n'))
    .digest('base64url');
}

/** Reports the result for one object. True if it was created. */
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
