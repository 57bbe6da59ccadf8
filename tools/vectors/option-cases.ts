import { CLAIMS, HEADER, result, type VectorCase, withClaims } from './vector-case.ts';

/** What a host requires beyond "a result of this sign-in". */
export function optionCases(): VectorCase[] {
  return [
    ...testCases(),
    ...originCases(),
    ...factorCases(),
    ...expectedCases(),
    ...appCases(),
    ...transactionCases(),
    ...ageCases(),
  ];
}

/** Results of a test, and hosts that accept them or not. */
function testCases(): VectorCase[] {
  const testTyp = { ...HEADER, typ: 'countersign-test-result+jwt' };
  const test = result({ header: testTyp, payload: { ...CLAIMS, test: true } });
  const refusedTest = { jwt: test, expect: 'RESULT_TEST_REFUSED', options: { acceptTest: false } };
  const acceptTest = true;
  return [
    { name: 'a test result, and nobody asked for tests', ...refusedTest },
    { name: 'a test result, tests accepted', jwt: test, expect: 'accept', options: { acceptTest } },
    { name: 'a real result, tests accepted', jwt: result(), expect: 'accept', options: { acceptTest } },
    {
      name: 'a test by its header, real by its claims',
      jwt: result({ header: testTyp }),
      expect: 'RESULT_CLAIMS_INVALID',
      options: { acceptTest },
    },
    ...[true, false, 1, 'true', null].map((claim) => ({
      name: `real by its header, claim test ${JSON.stringify(claim)}`,
      jwt: withClaims({ test: claim }),
      expect: 'RESULT_CLAIMS_INVALID',
      options: { acceptTest: false },
    })),
  ];
}

/** The origin of the page. */
function originCases(): VectorCase[] {
  return [
    {
      name: 'expected origin',
      jwt: result(),
      expect: 'accept',
      options: { origin: 'https://shop.example' },
    },
    ...['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', ''].map((origin) => ({
      name: `expected origin ${JSON.stringify(origin)}`,
      jwt: result(),
      expect: 'RESULT_ORIGIN_WRONG',
      options: { origin },
    })),
  ];
}

/** What the user must have shown. */
function factorCases(): VectorCase[] {
  const skipped = withClaims({ amr: ['pwd'], acr: '1', otp: 'skipped' });
  const remembered = withClaims({ amr: ['pwd'], acr: '1', otp: 'remembered' });
  const notUsed = withClaims({ amr: ['pwd'], acr: '1', otp: 'not_used' });
  const otpAlone = withClaims({ amr: ['otp'], acr: '1', otp: 'verified' });
  return [
    { name: 'otp demanded and verified', jwt: result(), expect: 'accept', options: { requireOtp: true } },
    { name: 'otp demanded, skipped', jwt: skipped, expect: 'RESULT_OTP_REQUIRED', options: { requireOtp: true } },
    { name: 'otp demanded, not used', jwt: notUsed, expect: 'RESULT_OTP_REQUIRED', options: { requireOtp: true } },
    { name: 'otp demanded, remembered', jwt: remembered, expect: 'RESULT_OTP_REQUIRED', options: { requireOtp: true } },
    {
      name: 'two factors demanded, one remembered',
      jwt: remembered,
      expect: 'RESULT_ACR_REQUIRED',
      options: { acr: '2' },
    },
    { name: 'otp not demanded, skipped', jwt: skipped, expect: 'accept', options: { requireOtp: false } },
    { name: 'otp demanded, otp alone', jwt: otpAlone, expect: 'accept', options: { requireOtp: true } },
    { name: 'two factors demanded and given', jwt: result(), expect: 'accept', options: { acr: '2' } },
    { name: 'two factors demanded, one given', jwt: notUsed, expect: 'RESULT_ACR_REQUIRED', options: { acr: '2' } },
    { name: 'two factors demanded, otp alone', jwt: otpAlone, expect: 'RESULT_ACR_REQUIRED', options: { acr: '2' } },
    { name: 'one factor demanded, two given', jwt: result(), expect: 'accept', options: { acr: '1' } },
  ];
}

/** Another service, resource or time than the host expects. */
function expectedCases(): VectorCase[] {
  return [
    {
      name: 'another resource expected',
      jwt: result(),
      expect: 'RESULT_AUDIENCE_WRONG',
      options: { resource: 'res_0' },
    },
    {
      name: 'another service expected',
      jwt: result(),
      expect: 'RESULT_ISSUER_WRONG',
      options: { issuer: 'https://login.example' },
    },
    {
      name: 'no tolerance: a second too late',
      jwt: withClaims({ exp: 1_799_999_999 }),
      expect: 'RESULT_EXPIRED',
      options: { clockToleranceS: 0 },
    },
    {
      name: 'no tolerance: a second too early',
      jwt: withClaims({ iat: 1_800_000_001 }),
      expect: 'RESULT_NOT_YET_VALID',
      options: { clockToleranceS: 0 },
    },
    {
      name: 'a shorter life demanded',
      jwt: withClaims({ exp: 1_800_000_200 }),
      expect: 'RESULT_LIFETIME_WRONG',
      options: { maxLifetimeS: 120 },
    },
  ];
}

/** `auth_time` is six seconds ago, and the clocks may differ by thirty. */
function ageCases(): VectorCase[] {
  const old = withClaims({ auth_time: 1_799_996_400 });
  const expect = 'RESULT_TOO_OLD';
  return [
    { name: 'shown an hour ago, and that is allowed', jwt: old, expect: 'accept', options: { maxAgeMs: 3_600_000 } },
    { name: 'shown an hour ago, within the tolerance', jwt: old, expect: 'accept', options: { maxAgeMs: 3_570_000 } },
    { name: 'shown an hour ago, just beyond the tolerance', jwt: old, expect, options: { maxAgeMs: 3_569_999 } },
    { name: 'shown an hour ago, no tolerance', jwt: old, expect, options: { maxAgeMs: 3_599_999, clockToleranceS: 0 } },
    { name: 'shown an hour ago, and nobody asks', jwt: old, expect: 'accept' },
    { name: 'shown just now, and nothing older is allowed', jwt: result(), expect: 'accept', options: { maxAgeMs: 0 } },
  ];
}

/** A result is of a page or of a native app; neither stands for the other (SR-80). */
function appCases(): VectorCase[] {
  const ofApp = withClaims({ origin: 'https://auth.example', app: true });
  // The service's own page is no app.
  const ofService = withClaims({ origin: 'https://auth.example' });
  const origin = 'https://shop.example';
  return [
    { name: 'an app, and an app expected', jwt: ofApp, expect: 'accept', options: { app: true } },
    {
      name: 'an app, and a page expected',
      why: 'The nonce is of another session: who opened the app with it would be signed in there.',
      jwt: ofApp,
      expect: 'RESULT_APP_UNEXPECTED',
    },
    { name: 'an app, and no app expected', jwt: ofApp, expect: 'RESULT_APP_UNEXPECTED', options: { app: false } },
    {
      name: "an app, and the service's own page expected",
      jwt: ofApp,
      expect: 'RESULT_APP_UNEXPECTED',
      options: { origin: 'https://auth.example' },
    },
    {
      name: 'an app, and the page of a site expected',
      jwt: ofApp,
      expect: 'RESULT_APP_UNEXPECTED',
      options: { origin },
    },
    { name: 'a page, and an app expected', jwt: result(), expect: 'RESULT_APP_REQUIRED', options: { app: true } },
    {
      name: "the service's own page, and an app expected",
      jwt: ofService,
      expect: 'RESULT_APP_REQUIRED',
      options: { app: true },
    },
    { name: 'a page, and no app expected', jwt: result(), expect: 'accept', options: { app: false } },
    {
      name: 'an app expected at the origin of a site',
      jwt: withClaims({ app: true }),
      expect: 'accept',
      options: { app: true, origin },
    },
    {
      name: 'an app of another service address expected',
      jwt: ofApp,
      expect: 'RESULT_ORIGIN_WRONG',
      options: { app: true, origin },
    },
  ];
}

/** A result confirms a transaction or a sign-in; neither stands for the other. */
function transactionCases(): VectorCase[] {
  const confirms = (txn: unknown) => withClaims({ amr: ['otp'], acr: '1', txn });
  return [
    {
      name: 'a transaction, expected by its hash',
      jwt: confirms(PAYMENT.sha256),
      expect: 'accept',
      options: { transaction: PAYMENT.sha256 },
    },
    {
      name: 'a transaction, expected by its fields',
      jwt: confirms(PAYMENT.sha256),
      expect: 'accept',
      options: { transaction: PAYMENT.fields },
    },
    {
      name: 'another transaction expected',
      jwt: confirms(PAYMENT.sha256),
      expect: 'RESULT_TRANSACTION_WRONG',
      options: { transaction: [{ label: 'Amount', value: '10.01 EUR' }, PAYMENT.fields[1]] },
    },
    {
      name: 'the same fields expected in another order',
      jwt: confirms(PAYMENT.sha256),
      expect: 'RESULT_TRANSACTION_WRONG',
      options: { transaction: [PAYMENT.fields[1], PAYMENT.fields[0]] },
    },
    {
      name: 'a transaction expected, and the result is of a sign-in',
      jwt: result(),
      expect: 'RESULT_TRANSACTION_WRONG',
      options: { transaction: PAYMENT.sha256 },
    },
    {
      name: 'a sign-in expected, and the result confirms a transaction',
      why: 'Whoever confirmed a payment did not ask to be signed in.',
      jwt: confirms(PAYMENT.sha256),
      expect: 'RESULT_TRANSACTION_UNEXPECTED',
    },
    ...[
      PAYMENT.sha256.toUpperCase(),
      PAYMENT.sha256.slice(1),
      `${PAYMENT.sha256}\n`,
      '',
      [PAYMENT.sha256],
      1,
      true,
      null,
    ].map((txn) => ({
      name: `txn: ${JSON.stringify(txn)}`,
      jwt: confirms(txn),
      expect: 'RESULT_CLAIMS_INVALID',
      options: { transaction: PAYMENT.sha256 },
    })),
  ];
}

/** As in `transactions.json`. */
const PAYMENT = {
  fields: [
    { label: 'To', value: 'Olena Koval' },
    { label: 'Amount', value: '10.00 EUR' },
  ],
  sha256: 'cb9ae7dbebfa5339097ef78749aa52e6a56939a860a1407eabd31fb0a66e65a2',
};
