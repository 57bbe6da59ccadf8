import type { RefusalCode } from '@countersign/protocol/codes';
import type { SiteErrorCode } from '../codes.ts';
import { RESULT_ERROR_CODES } from '../codes.ts';
import { type CountersignError, isCountersignError } from '../error.ts';

/** What routes and guards say by themselves. */
const STATUS = {
  METHOD_NOT_ALLOWED: 405,
  POST_CROSS_SITE: 403,
  MEDIA_TYPE_UNSUPPORTED: 415,
  BODY_TOO_LARGE: 413,
  JSON_INVALID: 400,
  DUPLICATE_NAME: 400,
  INPUT_INVALID: 422,
  ACCESS_DENIED: 403,
  SIGN_IN_REQUIRED: 401,
  STEP_UP_REQUIRED: 403,
  RESULT_OF_ANOTHER_USER: 403,
  SECOND_FACTOR_ENDED: 403,
} as const satisfies Partial<Record<SiteErrorCode | RefusalCode, number>>;

export type SiteRefusal = keyof typeof STATUS;

/** Refusals of the service that are about the user or the result. Any other is a fault of the setup or of the service. */
const ABOUT_THE_USER: readonly string[] = [
  'RESULT_INVALID',
  'RESULT_USED',
  'RESULT_REVOKED',
  'RESULT_ORIGIN',
  'RESULT_TEST',
  'LEVEL_UNREACHABLE',
  'LOGIN_REQUEST_INVALID',
  'USER_NOT_FOUND',
  'USER_BLOCKED',
  'ACCESS_DENIED',
] satisfies RefusalCode[];
/** The result may be right: nothing is known without the keys. */
const ABOUT_THE_RESULT = RESULT_ERROR_CODES.filter((code) => code !== 'JWKS_UNAVAILABLE') as readonly string[];

/** Nothing of a sign-in may be answered from a cache. */
const HEADERS = { 'cache-control': 'no-store', 'content-type': 'application/json' };

export function respond(body: object, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...HEADERS, ...headers } });
}

export function refuse(code: SiteRefusal, details: object = {}): Response {
  return respond({ code, ...details }, STATUS[code], code === 'METHOD_NOT_ALLOWED' ? { allow: 'POST' } : {});
}

/** To a path that `redirectPath` has let through. 303: the browser gets it, whatever it sent. */
export function redirect(path: string): Response {
  return new Response(null, { status: 303, headers: { 'cache-control': 'no-store', location: path } });
}

/**
 * The response to an error of the verifier or the client.
 *
 * @throws the error, if it is a bug
 */
export function respondTo(error: unknown): Response {
  if (!isCountersignError(error) || error.code === 'OPTION_INVALID') throw error;
  return respond({ code: error.code }, statusOf(error), retryAfter(error));
}

function statusOf({ code, status }: CountersignError): number {
  if (ABOUT_THE_RESULT.includes(code) || ABOUT_THE_USER.includes(code)) return 403;
  return status === 429 ? 429 : 503;
}

function retryAfter({ retryAfterMs }: CountersignError): Record<string, string> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}
