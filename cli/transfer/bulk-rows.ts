import { setTimeout as pause } from 'node:timers/promises';
import type { Service } from '../connection/service.ts';

/** The result for one row. */
export interface RowAnswer {
  status: number;
  id?: string;
  code?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
  retryAfterMs?: number;
}

/** A busy service is retried with growing pauses: in total for longer than a killed service holds a row. */
const MAX_ATTEMPTS = 7;
const FIRST_PAUSE_MS = 500;
/** A row that is refused for longer is not waited for. */
const MAX_WAIT_MS = 60_000;

/** The service's limit for one request. */
export const MAX_ROWS = 500;

/**
 * Sends rows in one request, and retries those for which the service was too busy. `failure` is why a row has no
 * answer.
 *
 * @param rows each with its idempotency key
 */
export async function sendRows(
  service: Service,
  { path, dryRun }: { path: string; dryRun: boolean },
  rows: readonly { body: Record<string, unknown>; key: string }[],
): Promise<{ answers: (RowAnswer | undefined)[]; failure?: unknown }> {
  const answers = new Array<RowAnswer | undefined>(rows.length).fill(undefined);
  let left = [...rows.entries()];
  try {
    for (let tries = 1; left.length > 0; tries++) {
      const sent = left.map(([, { body, key }]) => (dryRun ? body : { ...body, key }));
      const { body } = await service.send('POST', path, { body: { rows: sent, ...(dryRun && { dryRun: true }) } });
      const rowAnswers = (body as { rows: RowAnswer[] }).rows;
      let wait = FIRST_PAUSE_MS * 2 ** (tries - 1);
      left = left.filter(([at], position) => {
        const answer = rowAnswers[position];
        if (!answer || !isBusy(answer) || tries === MAX_ATTEMPTS) {
          answers[at] = answer;
          return false;
        }
        wait = Math.max(wait, answer.retryAfterMs ?? 0);
        return true;
      });
      if (left.length > 0) await pause(wait);
    }
    return { answers };
  } catch (failure) {
    return { answers, failure };
  }
}

/** Too many requests, or an interrupted request still holds the row. */
function isBusy({ status, code, retryAfterMs = 0 }: RowAnswer): boolean {
  if (retryAfterMs > MAX_WAIT_MS) return false;
  return status === 429 || status === 503 || code === 'IDEMPOTENCY_KEY_IN_USE';
}

/** What is wrong with which field, without its value. */
export function detailOf(answer: RowAnswer | undefined): string | undefined {
  const { errors = [], detail } = answer ?? {};
  const places = errors.map(({ path, message }) => `${path}: ${message}`);
  const isInDetail = errors.some(({ message }) => detail?.includes(message));
  const parts = [isInDetail ? undefined : detail, ...places].filter((one) => one !== undefined);
  return parts.length > 0 ? parts.join('; ') : undefined;
}
