import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { refusalFrom, refusalOf } from '../../testing/refusal.ts';
import { type Answer, json, networkFailure, problem, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { type ClientOptions, createClient } from './client.ts';

const API_KEY = 'key_0123456789a.canary-of-the-api-key';
const RESOURCE = 'res_01k8dq9z2mp';
const NONCE = 'n0nce-Of_this.sign~in-0123456789';

function clientWith(...answers: Answer[]) {
  const { fetch, requests } = scriptedFetch(...answers);
  return { client: createClient({ url: 'https://auth.example/', apiKey: API_KEY, fetch }), requests };
}

const user = { id: 'usr_1', login: 'mira' };
const claims = {
  iss: 'https://auth.example',
  aud: RESOURCE,
  sub: 'usr_1',
  preferred_username: 'mira',
  nonce: NONCE,
  origin: 'https://shop.example',
  amr: ['pwd'],
  acr: '1',
  otp: 'not_used',
  auth_time: 1_800_000_000,
  iat: 1_800_000_000,
  exp: 1_800_000_060,
  jti: 'flw_1',
};

describe('authenticate', () => {
  const input = { resource: RESOURCE, method: 'password-otp', user: 'mira', password: 'pw', otp: '123456' } as const;
  const success = { authenticated: true, method: 'password-otp', user, token: 'tok_1', otp: 'verified' };

  test('asks as the service expects, and gives what it says', async () => {
    const { client, requests } = clientWith(json(success));
    expect(await client.authenticate({ ...input, address: '192.0.2.1' })).toEqual(success);
    const [request] = requests;
    expect(request).toMatchObject({ url: 'https://auth.example/v1/authentications', method: 'POST' });
    expect(request?.body).toEqual({ ...input, address: '192.0.2.1' });
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      accept: 'application/json',
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
    });
    expect(request?.init.redirect).toBe('manual');
  });

  test('a token’s code needs no user', async () => {
    const { client } = clientWith(json({ authenticated: true, method: 'token', token: 'tok_1', otp: 'verified' }));
    const outcome = await client.authenticate({ resource: RESOURCE, method: 'token', token: 'tok_1', otp: '123456' });
    expect(outcome).toEqual({ authenticated: true, method: 'token', token: 'tok_1', otp: 'verified' });
  });

  test('a recovery code stands in for the code of a device, and the answer says so', async () => {
    const { client, requests } = clientWith(json({ ...success, kind: 'recovery' }));
    const { otp: _atHome, ...known } = input;
    const outcome = await client.authenticate({ ...known, recoveryCode: 'k5n8w-2r7t4' });
    expect(outcome).toEqual({ ...success, kind: 'recovery' });
    expect(requests[0]?.body).toEqual({ ...known, recoveryCode: 'k5n8w-2r7t4' });
  });

  test.each<[string, Answer]>([
    ['authenticated: false', json({ ...success, authenticated: false })],
    ['authenticated: "true"', json({ ...success, authenticated: 'true' })],
    ['another method', json({ ...success, method: 'password' })],
    ['no word about the otp', json({ ...success, otp: undefined })],
    ['no user', json({ ...success, user: undefined })],
    ['a user without id', json({ ...success, user: { login: 'mira' } })],
    ['an empty object', json({})],
    ['a list', json([success])],
    ['true', json(true)],
    ['not JSON', () => new Response('OK')],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
  ])('refuses the sign-in if a proxy answers "%s"', async (_name, answer) => {
    const { client, requests } = clientWith(answer);
    expect((await refusalOf(client.authenticate(input))).code).toBe('RESPONSE_INVALID');
    expect(requests).toHaveLength(1);
  });

  test.each<[string, number, Record<string, unknown>]>([
    ['INVALID_CREDENTIALS', 403, {}],
    ['OTP_WRONG', 403, {}],
    ['TOO_MANY_ATTEMPTS', 429, { retryAfterMs: 1500 }],
    ['PLAN_INACTIVE', 403, {}],
    ['UNAVAILABLE', 503, {}],
    ['SOMETHING_NEW', 418, {}],
  ])('%s is an error of that code, after one attempt', async (code, status, more) => {
    const { client, requests } = clientWith(problem(status, code, more));
    expect(await refusalOf(client.authenticate(input))).toMatchObject({ code, status, requestId: 'req_1', ...more });
    expect(requests).toHaveLength(1);
  });
});

describe('consumeResult', () => {
  const input = { result: 'a.b.c', resource: RESOURCE, nonce: NONCE };

  test('asks as the service expects, and gives the claims', async () => {
    const { client, requests } = clientWith(json(claims));
    expect(await client.consumeResult(input)).toEqual(claims);
    expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/results/consume', body: input });
  });

  test.each([
    ['of another resource', { aud: 'res_2' }, 'RESULT_AUDIENCE_WRONG'],
    ['of another sign-in', { nonce: 'another-nonce-0123456789' }, 'RESULT_NONCE_WRONG'],
    ['without a user', { sub: undefined }, 'RESULT_CLAIMS_INVALID'],
    ['with a strange otp', { otp: true }, 'RESULT_CLAIMS_INVALID'],
  ])('claims %s are refused', async (_name, change, code) => {
    const { client } = clientWith(json({ ...claims, ...change }));
    expect((await refusalOf(client.consumeResult(input))).code).toBe(code);
  });

  test('without a nonce nothing is asked', async () => {
    const { client, requests } = clientWith(json(claims));
    for (const nonce of ['', undefined]) {
      const refusal = await refusalOf(client.consumeResult({ ...input, nonce: nonce as string }));
      expect(refusal.code).toBe('RESULT_NONCE_WRONG');
    }
    expect(requests).toHaveLength(0);
  });

  test('a lost answer is not asked for again: it might have been used up', async () => {
    const { client, requests } = clientWith(networkFailure(), json(claims));
    expect((await refusalOf(client.consumeResult(input))).code).toBe('NETWORK_FAILED');
    expect(requests).toHaveLength(1);
  });
});

test('createLoginRequest asks as the service expects', async () => {
  const answer = { loginRequest: 'lrq_secret', expiresAt: 1_800_000_120_000 };
  const { client, requests } = clientWith(json(answer, 201));
  const input = { user: 'usr_1', resource: RESOURCE, nonce: NONCE, passwordChecked: true };
  expect(await client.createLoginRequest(input)).toEqual(answer);
  expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/login-requests', method: 'POST', body: input });
});

test('createChallenge asks as the service expects, once', async () => {
  const answer = { token: 'tok_1', kind: 'sms', name: 'Phone', to: '•••78', expiresAt: 1_800_000_300_000 };
  const { client, requests } = clientWith(json(answer));
  const input = { user: 'alice', resource: RESOURCE, kind: 'sms', language: 'de' } as const;
  expect(await client.createChallenge(input)).toEqual(answer);
  expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/challenges', method: 'POST', body: input });

  const failing = clientWith(json({}, 200));
  expect((await refusalOf(failing.client.createChallenge(input))).code).toBe('RESPONSE_INVALID');
  expect(failing.requests).toHaveLength(1);
});

describe('assignments', () => {
  test('are made with a body and deleted with a query', async () => {
    const assignment = { resource: RESOURCE, user: 'usr_1', token: 'tok_1' };
    const { client, requests } = clientWith(json(assignment, 201), () => new Response(null, { status: 204 }));
    expect(await client.assignments.create(assignment)).toEqual(assignment);
    expect(await client.assignments.delete({ resource: RESOURCE, user: 'usr_1' })).toBeUndefined();
    expect(requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', 'https://auth.example/v1/assignments', assignment],
      ['DELETE', `https://auth.example/v1/assignments?resource=${RESOURCE}&user=usr_1`, undefined],
    ]);
  });
});

// SR-26, SR-35
describe('secrets', () => {
  const secrets = { password: 'canary of the password', otp: '73519462', result: 'canary.of.the-result' };
  const authenticate = {
    resource: RESOURCE,
    method: 'password-otp',
    user: 'mira',
    ...secrets,
    result: undefined,
  } as const;

  function expectNoSecret(value: unknown) {
    const seen = [inspect(value, { depth: 20, showHidden: true }), String(value), JSON.stringify(value)];
    if (value instanceof Error) seen.push(value.message, String(value.stack), inspect(value.cause));
    for (const text of seen) {
      for (const secret of [API_KEY, ...Object.values(secrets)]) expect(text).not.toContain(secret);
    }
  }

  test('the client does not show its API key', () => {
    const { client } = clientWith(json({}));
    expectNoSecret(client);
    expectNoSecret(client.users);
  });

  test.each<[string, Answer]>([
    ['a refusal', problem(403, 'INVALID_CREDENTIALS')],
    ['a refusal that quotes the API key', problem(401, 'API_KEY_INVALID', { detail: `Unknown: ${API_KEY}` })],
    ['field errors that quote it', problem(422, 'INPUT_INVALID', { errors: [{ path: API_KEY, x: [`a${API_KEY}b`] }] })],
    [
      'a page of a proxy that quotes everything',
      ({ init, headers }) => new Response(`${init.body} ${headers.get('authorization')}`, { status: 502 }),
    ],
    ['a lost connection whose error quotes the API key', networkFailure(`Bearer ${API_KEY}`)],
    ['an answer that is no JSON', ({ init }) => new Response(String(init.body))],
    ['an echo', ({ init }) => new Response(String(init.body))],
  ])('no error shows one: %s', async (_name, answer) => {
    const { client } = clientWith(answer);
    const error = await refusalOf(client.authenticate(authenticate));
    expectNoSecret(error);
    expectNoSecret(await refusalOf(client.consumeResult({ result: secrets.result, resource: RESOURCE, nonce: NONCE })));
  });

  test('an API key that cannot be one is refused without being shown', async () => {
    for (const apiKey of [
      '',
      'short',
      `${API_KEY}\n`,
      `${API_KEY} x`,
      `Bearer ${API_KEY}`,
      'schlüssel-schlüssel',
      undefined,
    ]) {
      const error = await refusalFrom(() => createClient({ url: 'https://auth.example', apiKey: apiKey as string }));
      expect(error.code).toBe('OPTION_INVALID');
      expect(error.message).toContain('"apiKey"');
      expectNoSecret(error);
    }
  });
});

describe('options that cannot work', () => {
  test.each<[string, Partial<Record<keyof ClientOptions, unknown>>]>([
    ['url', { url: 'http://auth.example' }],
    ['url', { url: 'auth.example' }],
    ['url', { url: undefined }],
    ['url', { url: 'http://localhost.evil.example' }],
    ['url', { url: 'https://key@auth.example' }],
    ['url', { url: 'https://auth.example?key=1' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['retries', { retries: 1.5 }],
    ['retries', { retries: 1000 }],
    ['maxRetryWaitMs', { maxRetryWaitMs: -1 }],
  ])('%s: %j', async (option, change) => {
    const options = { url: 'https://auth.example', apiKey: API_KEY, ...change } as ClientOptions;
    const error = await refusalFrom(() => createClient(options));
    expect(error.code).toBe('OPTION_INVALID');
    expect(error.message).toContain(`"${option}"`);
  });

  test.each([
    'http://localhost:8080',
    'http://127.0.0.1',
    'http://127.1.2.3:1',
    'http://[::1]:8080',
    'http://auth.localhost',
  ])('%s is loopback, so it may do without https', (url) => {
    expect(() => createClient({ url, apiKey: API_KEY })).not.toThrow();
  });
});

describe('transactions', () => {
  const fields = [
    { label: 'To', value: 'Olena Koval' },
    { label: 'Amount', value: '10.00 EUR' },
  ];
  const transaction = 'cb9ae7dbebfa5339097ef78749aa52e6a56939a860a1407eabd31fb0a66e65a2';
  const request = { user: 'usr_1', resource: RESOURCE, nonce: NONCE, fields };
  const answer = { loginRequest: 'lrq_secret', transaction, expiresAt: 1_800_000_300_000 };

  test('createTransaction asks as the service expects', async () => {
    const { client, requests } = clientWith(json(answer, 201));
    expect(await client.createTransaction(request)).toEqual(answer);
    expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/transactions', method: 'POST', body: request });
  });

  // SR-45
  test('SR-45: rejects fields that cannot be shown before it sends them, and an answer about other fields', async () => {
    const { client, requests } = clientWith(json({ ...answer, transaction: 'f'.repeat(64) }, 201));
    const turned = { ...request, fields: [{ label: 'To', value: '\u202eavoK anelO' }] };
    expect((await refusalOf(client.createTransaction(turned))).code).toBe('TRANSACTION_INVALID');
    expect(requests).toHaveLength(0);
    expect((await refusalOf(client.createTransaction(request))).code).toBe('RESPONSE_INVALID');
  });

  // SR-45
  test('SR-45: a consumption names the transaction, and claims of another, or of a sign-in, are refused', async () => {
    const input = { result: 'a.b.c', resource: RESOURCE, nonce: NONCE };
    const { client, requests } = clientWith(json({ ...claims, txn: transaction }));
    expect(await client.consumeResult({ ...input, transaction: fields })).toMatchObject({ txn: transaction });
    expect(requests[0]).toMatchObject({ body: { ...input, transaction } });
    const other = clientWith(json({ ...claims, txn: 'f'.repeat(64) })).client;
    expect((await refusalOf(other.consumeResult({ ...input, transaction }))).code).toBe('RESULT_TRANSACTION_WRONG');
    const login = clientWith(json(claims)).client;
    expect((await refusalOf(login.consumeResult({ ...input, transaction }))).code).toBe('RESULT_TRANSACTION_WRONG');
    const unasked = clientWith(json({ ...claims, txn: transaction })).client;
    expect((await refusalOf(unasked.consumeResult(input))).code).toBe('RESULT_TRANSACTION_UNEXPECTED');
  });

  // A nonce of the attacker's own session went to an app or another page, which the victim signs in to.
  test('SR-80: a consumption names the page or the app, and claims of another are refused', async () => {
    const input = { result: 'a.b.c', resource: RESOURCE, nonce: NONCE };
    const origin = claims.origin;
    const ofApp = { ...claims, app: true };
    const { client, requests } = clientWith(json(claims));
    expect(await client.consumeResult({ ...input, origin })).toMatchObject({ origin });
    expect(requests[0]?.body).toEqual({ ...input, origin });
    const app = clientWith(json(ofApp));
    expect(await app.client.consumeResult({ ...input, app: true })).toMatchObject({ app: true });
    expect(app.requests[0]?.body).toEqual({ ...input, app: true });
    for (const [answer, expected, code] of [
      [claims, { origin: 'https://blog.example' }, 'RESULT_ORIGIN_WRONG'],
      [claims, { app: true }, 'RESULT_APP_REQUIRED'],
      [ofApp, {}, 'RESULT_APP_UNEXPECTED'],
      [ofApp, { origin }, 'RESULT_APP_UNEXPECTED'],
    ] as const) {
      const refused = clientWith(json(answer)).client.consumeResult({ ...input, ...expected });
      expect((await refusalOf(refused)).code).toBe(code);
    }
    const lost = clientWith(json(claims));
    const none = { ...input, origin: undefined as unknown as string };
    expect((await refusalOf(lost.client.consumeResult(none))).code).toBe('OPTION_INVALID');
    expect(lost.requests).toHaveLength(0);
  });

  test('a transaction that got lost on the way does not turn a confirmation into a sign-in', async () => {
    const { client, requests } = clientWith(json(claims));
    const lost = { result: 'a.b.c', resource: RESOURCE, nonce: NONCE, transaction: undefined as unknown as string };
    expect((await refusalOf(client.consumeResult(lost))).code).toBe('TRANSACTION_INVALID');
    expect(requests).toHaveLength(0);
  });
});
