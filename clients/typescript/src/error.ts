import type { CountersignErrorCode } from './codes.ts';

export interface CountersignErrorDetails {
  /** HTTP status, when the service answered. */
  status?: number;
  /** The service's name for the request, to quote to its operator. */
  requestId?: string;
  /** How long to wait before another try can succeed. */
  retryAfterMs?: number;
  /** What was wrong with which field, as the service put it. */
  errors?: unknown;
}

/**
 * Everything this library throws on purpose. Branch on `code`; the message is for people and may change. It never holds
 * an API key, a password, a one-time password or a result, so it can be logged.
 *
 * @example
 * if (isCountersignError(error) && error.code === 'TOO_MANY_ATTEMPTS') wait(error.retryAfterMs);
 */
export class CountersignError extends Error {
  readonly code: CountersignErrorCode;
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly retryAfterMs?: number;
  declare readonly errors?: unknown;

  constructor(code: CountersignErrorCode, message: string, details: CountersignErrorDetails = {}) {
    super(message);
    this.code = code;
    // Only what is there, so that a logged error shows no row of undefined.
    Object.assign(this, details);
  }

  override get name(): string {
    return 'CountersignError';
  }
}

/** Also true for errors of another copy of this library in the same program, where `instanceof` is not. */
export function isCountersignError(error: unknown): error is CountersignError {
  return error instanceof Error && error.name === 'CountersignError' && 'code' in error;
}
