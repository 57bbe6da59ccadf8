import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { ServiceRefusal } from '../connection/service.ts';
import { detailOf } from '../transfer/bulk-rows.ts';
import type { Report, ReportRow } from './report.ts';

/** Runs one request and reports a refusal. Other errors are thrown. */
export async function tryOne<T>(
  report: Report,
  row: Omit<ReportRow, 'outcome'>,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceRefusal) || error.status === 401 || error.status >= 500) throw error;
    const { code, errors, detail } = error.problem;
    report.add({
      ...row,
      outcome: 'refused',
      code,
      detail: detailOf({ status: error.status, ...omitUndefined({ errors, detail }) }),
    });
    return undefined;
  }
}
