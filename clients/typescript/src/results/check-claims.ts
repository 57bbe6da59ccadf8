import { parseUrl } from '@countersign/protocol/parse-url';
import { type HookClaims, OTP_USES, type ProfileClaims, type ResultClaims } from '@countersign/protocol/result';
import type { CountersignErrorCode } from '../codes.ts';
import { CountersignError } from '../error.ts';
import { wholeNumber } from '../options.ts';
import type { TransactionReference } from '../transactions/transaction.ts';
import type { JsonObject } from './compact-jws.ts';
import { equalInConstantTime } from './constant-time.ts';

/**
 * What one sign-in is expected to be. A demand is left out by leaving its name out: one that is there without a value was lost
 * on the way, and is refused with `OPTION_INVALID`.
 */
export interface ResultExpectations {
  /** The nonce that this visitor's session held. Required: without it a stolen result signs its thief in. */
  nonce: string;
  /** The origin of your page, such as `https://shop.example`. */
  origin?: string;
  /** Whether a native app of yours got the result by its code. Default: a page did. Neither stands for the other. */
  app?: boolean;
  /** Refuse unless a one-time password was checked: neither left out nor skipped for a deactivated token. */
  requireOtp?: boolean;
  /** Refuse fewer factors than this. */
  acr?: '1' | '2';
  /**
   * What the person should have confirmed, from your own records and never from the request: the fields, or their hash. A
   * result that confirms anything else is refused, as is one of a sign-in. Without it, one that confirms something is.
   */
  transaction?: TransactionReference;
  /** Refuse a result any of whose factors was shown longer ago than this, in milliseconds. */
  maxAgeMs?: number;
  /** Accepts the results of a test resource too, which no user signed in for. For your own tests, never in production. */
  acceptTest?: boolean;
}

export interface ClaimRules {
  issuer: string;
  resource: string;
  clockToleranceS: number;
  maxLifetimeS: number;
}

const MOST_AGE = { default: 0, min: 0, max: 86_400_000 };

/** Which demands can be meant as they are. One that was lost on the way, or is misspelt, must not be one that everybody meets. */
const DEMANDS = {
  origin: { isMeant: (value: unknown) => typeof value === 'string', wanted: 'a text' },
  app: { isMeant: (value: unknown) => typeof value === 'boolean', wanted: 'true or false' },
  requireOtp: { isMeant: (value: unknown) => typeof value === 'boolean', wanted: 'true or false' },
  acr: { isMeant: (value: unknown) => value === '1' || value === '2', wanted: '"1" or "2"' },
  maxAgeMs: { isMeant: (value: unknown) => value !== undefined, wanted: 'a number of milliseconds' },
};

/** @throws CountersignError `OPTION_INVALID`, naming the demand, whatever the result says. */
export function checkDemands(expected: Omit<ResultExpectations, 'transaction'>): void {
  const given = new Map<string, unknown>(Object.entries(expected));
  for (const [name, { isMeant, wanted }] of Object.entries(DEMANDS)) {
    if (given.has(name) && !isMeant(given.get(name))) {
      throw new CountersignError('OPTION_INVALID', `"${name}" must be ${wanted}, or not be there.`);
    }
  }
  wholeNumber('maxAgeMs', expected.maxAgeMs, MOST_AGE);
}

/** As the service takes them: long enough to be unguessable, nothing that needs escaping. */
const NONCE_SHAPE = /^[A-Za-z0-9_.~-]{16,256}$/;

/**
 * The claims of a payload whose signature is right, if they are those of a result for this resource, this sign-in and
 * this moment. Claims that this version does not know are left out.
 */
export function checkClaims(
  payload: JsonObject,
  rules: ClaimRules,
  expected: Omit<ResultExpectations, 'transaction'> & { transaction?: string },
  nowS: number,
): ResultClaims {
  const { issuer, resource, clockToleranceS, maxLifetimeS } = rules;

  refuseUnless(own(payload, 'iss') === issuer, 'RESULT_ISSUER_WRONG', 'The result is of another service.');
  // Exactly one audience: in a list, another site could use the result too.
  refuseUnless(own(payload, 'aud') === resource, 'RESULT_AUDIENCE_WRONG', 'The result is for another resource.');

  const exp = instant(payload, 'exp');
  const iat = instant(payload, 'iat');
  refuseUnless(
    exp > iat && exp - iat <= maxLifetimeS,
    'RESULT_LIFETIME_WRONG',
    `A result lives at most ${maxLifetimeS} s.`,
  );
  refuseUnless(nowS < exp + clockToleranceS, 'RESULT_EXPIRED', 'The result has expired.');
  const notBefore = own(payload, 'nbf') === undefined ? iat : Math.max(iat, instant(payload, 'nbf'));
  refuseUnless(notBefore <= nowS + clockToleranceS, 'RESULT_NOT_YET_VALID', 'The result is of the future.');

  const nonce = own(payload, 'nonce');
  refuseUnless(
    // What is expected is looked at too: a session that has lost its nonce must not match a result without one.
    typeof nonce === 'string' && isUsableNonce(expected.nonce) && equalInConstantTime(nonce, expected.nonce),
    'RESULT_NONCE_WRONG',
    'The result is not of this sign-in.',
  );

  const claims = readClaims(payload);
  refuseUnless(
    claims.auth_time <= iat + clockToleranceS,
    'RESULT_CLAIMS_INVALID',
    'The result is older than the sign-in it reports.',
  );

  checkTransaction(claims, expected.transaction);
  checkOrigin(claims, expected);
  refuseUnless(
    expected.requireOtp !== true || claims.otp === 'verified',
    'RESULT_OTP_REQUIRED',
    'No one-time password was checked in this sign-in.',
  );
  refuseUnless(
    expected.acr !== '2' || claims.acr === '2',
    'RESULT_ACR_REQUIRED',
    'This sign-in had one factor, and two are asked for.',
  );
  const { maxAgeMs } = expected;
  refuseUnless(
    maxAgeMs === undefined || (nowS - claims.auth_time - clockToleranceS) * 1000 <= maxAgeMs,
    'RESULT_TOO_OLD',
    'The person has shown a factor of this sign-in too long ago.',
  );
  return claims;
}

/**
 * The claims of the service's own answer to a consumption. Signature and time are its business then; that it speaks of
 * the resource and nonce in question is checked all the same.
 */
export function readConsumedClaims(
  answer: JsonObject,
  request: {
    resource: string;
    nonce: string;
    origin?: string;
    app?: boolean;
    transaction?: string;
    acceptTest?: boolean;
  },
): ResultClaims {
  const claims = readClaims(answer);
  refuseUnless(
    claims.test !== true || request.acceptTest === true,
    'RESULT_TEST_REFUSED',
    'The result comes from a test resource.',
  );
  refuseUnless(claims.aud === request.resource, 'RESULT_AUDIENCE_WRONG', 'The result is for another resource.');
  refuseUnless(
    equalInConstantTime(claims.nonce, request.nonce),
    'RESULT_NONCE_WRONG',
    'The result is not of this sign-in.',
  );
  checkTransaction(claims, request.transaction);
  checkOrigin(claims, request);
  return claims;
}

/** Of an app or of a page, as expected: with a nonce of another session, either would sign a thief in to the other. */
function checkOrigin(claims: ResultClaims, expected: Pick<ResultExpectations, 'origin' | 'app'>): void {
  const isOfApp = claims.app === true;
  refuseUnless(
    !isOfApp || expected.app === true,
    'RESULT_APP_UNEXPECTED',
    'The sign-in was for a native app, and a page is expected.',
  );
  refuseUnless(
    isOfApp || expected.app !== true,
    'RESULT_APP_REQUIRED',
    'The sign-in was on a page, and a native app is expected.',
  );
  refuseUnless(
    expected.origin === undefined || claims.origin === expected.origin,
    'RESULT_ORIGIN_WRONG',
    `The sign-in happened on "${claims.origin}", and "${expected.origin}" is expected.`,
  );
}

/** Neither stands for the other: a sign-in confirms no transaction, and a confirmed payment is no sign-in. */
function checkTransaction({ txn }: ResultClaims, expected: string | undefined): void {
  refuseUnless(
    txn === undefined || expected !== undefined,
    'RESULT_TRANSACTION_UNEXPECTED',
    'The result confirms a transaction, and a sign-in is asked for.',
  );
  refuseUnless(txn === expected, 'RESULT_TRANSACTION_WRONG', 'The result does not confirm this transaction.');
}

function readClaims(payload: JsonObject): ResultClaims {
  return {
    iss: text(payload, 'iss'),
    aud: text(payload, 'aud'),
    sub: text(payload, 'sub'),
    preferred_username: text(payload, 'preferred_username'),
    nonce: text(payload, 'nonce'),
    origin: originOf(payload),
    ...trueIfPresent(payload, 'app'),
    amr: methods(payload),
    acr: oneOf(payload, 'acr', ['1', '2']),
    otp: oneOf(payload, 'otp', OTP_USES),
    ...transactionOf(payload),
    auth_time: instant(payload, 'auth_time'),
    iat: instant(payload, 'iat'),
    exp: instant(payload, 'exp'),
    jti: text(payload, 'jti'),
    ...profileOf(payload),
    ...hookOf(payload),
    ...trueIfPresent(payload, 'password_breached'),
    ...trueIfPresent(payload, 'test'),
  };
}

function transactionOf(payload: JsonObject): { txn?: string } {
  const txn = own(payload, 'txn');
  if (txn === undefined) return {};
  if (typeof txn !== 'string' || !/^[0-9a-f]{64}$/.test(txn)) throw invalid('txn');
  return { txn };
}

function profileOf(payload: JsonObject): ProfileClaims {
  const names = (['email', 'name', 'external_id'] as const).filter((name) => Object.hasOwn(payload, name));
  const metadata = mapOf(payload, 'metadata');
  return {
    ...Object.fromEntries(names.map((name) => [name, text(payload, name)])),
    ...(metadata !== undefined && { metadata }),
  };
}

function hookOf(payload: JsonObject): { hook?: HookClaims } {
  const hook = mapOf(payload, 'hook');
  return hook === undefined ? {} : { hook };
}

function mapOf(payload: JsonObject, name: 'metadata' | 'hook'): HookClaims | undefined {
  if (!Object.hasOwn(payload, name)) return undefined;
  const map = own(payload, name);
  // The service writes no empty one.
  const isMap = typeof map === 'object' && map !== null && !Array.isArray(map);
  if (!isMap || Object.keys(map).length === 0) throw invalid(name);
  return map as HookClaims;
}

/** The service says so with `true`; anything else in that place is nothing that it writes. */
function trueIfPresent<const N extends string>(payload: JsonObject, name: N): { readonly [K in N]?: true } {
  const value = own(payload, name);
  if (value !== undefined && value !== true) throw invalid(name);
  return value === true ? ({ [name]: value } as { [K in N]?: true }) : {};
}

function isUsableNonce(nonce: unknown): nonce is string {
  return typeof nonce === 'string' && NONCE_SHAPE.test(nonce);
}

/** A member of the payload itself: `__proto__` and its like lend nothing. */
function own(payload: JsonObject, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

function instant(payload: JsonObject, name: string): number {
  const value = own(payload, name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw invalid(name);
  return value;
}

function text(payload: JsonObject, name: string): string {
  const value = own(payload, name);
  if (typeof value !== 'string' || value === '') throw invalid(name);
  return value;
}

function oneOf<Value extends string>(payload: JsonObject, name: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === own(payload, name));
  if (found === undefined) throw invalid(name);
  return found;
}

const ORIGIN_SHAPE = /^(https?):\/\/((?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:]+\])(?::(0|[1-9][0-9]{0,4}))?$/;
/** A host like this is an address to browsers (WHATWG URL 3.5). */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$/;

/**
 * A serialised web origin (RFC 6454 6.2): never `null`, a URL with a path, a pattern, or another spelling. Names are not left to
 * URL, which takes `https://*` for a host and differs between engines in what it takes for Punycode.
 */
function originOf(payload: JsonObject): string {
  const value = text(payload, 'origin');
  const [, scheme, host = '', port] = ORIGIN_SHAPE.exec(value) ?? [];
  const isPort = port === undefined || (Number(port) <= 65535 && port !== (scheme === 'https' ? '443' : '80'));
  const isAddress = host.startsWith('[') || ENDS_IN_NUMBER.test(host);
  const isHost = isAddress ? parseUrl(`https://${host}`)?.hostname === host : host !== '';
  if (!isPort || !isHost) throw invalid('origin');
  return value;
}

function methods(payload: JsonObject): string[] {
  const value = own(payload, 'amr');
  if (!Array.isArray(value)) throw invalid('amr');
  return value.map((method: unknown) => {
    if (typeof method !== 'string' || method === '') throw invalid('amr');
    return method;
  });
}

function invalid(claim: string): CountersignError {
  return new CountersignError('RESULT_CLAIMS_INVALID', `The claim "${claim}" is missing or has the wrong type.`);
}

function refuseUnless(holds: boolean, code: CountersignErrorCode, message: string): void {
  if (!holds) throw new CountersignError(code, message);
}
