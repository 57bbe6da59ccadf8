import { CountersignError, type CountersignErrorDetails } from '../error.ts';
import type { BoundedAnswer } from '../http/bounded-fetch.ts';

/**
 * The error for an answer that is not a success: its code and texts if it is a problem of the service (RFC 9457), else
 * `RESPONSE_INVALID` with the status, as when a proxy in between answers for it.
 */
export function readProblem(answer: BoundedAnswer, nowMs: number, redact: (text: string) => string): CountersignError {
  const problem = parseObject(answer.text);
  const details: CountersignErrorDetails = { status: answer.status };

  const retryAfterMs = wholeMs(problem?.retryAfterMs) ?? parseRetryAfter(answer.headers.get('retry-after'), nowMs);
  if (retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;

  const code = problem?.code;
  if (!problem || typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{1,63}$/.test(code)) {
    return new CountersignError('RESPONSE_INVALID', `The service answered ${answer.status} and no reason.`, details);
  }
  const { requestId, errors, title, detail } = problem;
  if (typeof requestId === 'string') details.requestId = redact(requestId);
  if (errors !== undefined) details.errors = JSON.parse(redact(JSON.stringify(errors)));
  const texts = [title, detail].filter((text) => typeof text === 'string' && text !== '');
  return new CountersignError(code, redact(texts.join(' ') || code), details);
}

/** Milliseconds from a `Retry-After` of seconds or of a date (RFC 9110 10.2.3). */
function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse alone takes "-5" for a year.
  const at = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function wholeMs(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
