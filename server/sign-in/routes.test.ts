import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { createFixture, type Fixture, NONCE, ORIGIN, PASSWORD, wrongCode } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { ISSUER } from '../testing/test-ports.ts';
import { SIGN_IN_START_LIMITS } from './start/admit-start.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('flows over http');
});
afterAll(() => service.ports.close());

const FROM_OUR_FRAME = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };
const STEPS = ['POST /widget/v1/flow/identify', 'POST /widget/v1/flow/password', 'POST /widget/v1/flow/otp'];
const ROUTES = ['POST /widget/v1/flows', 'GET /widget/v1/flow', ...STEPS];
const beginning = (scene: Fixture, changes: object = {}) => ({
  resource: scene.resource.id,
  nonce: NONCE,
  origin: ORIGIN,
  ...changes,
});

async function begin(scene: Fixture): Promise<StartedFlow> {
  const response = await service.call('POST /widget/v1/flows', { body: beginning(scene), headers: FROM_OUR_FRAME });
  expect(response.status).toBe(201);
  return (await response.json()) as StartedFlow;
}
function send(step: string, handle: string, body: object) {
  return service.call(`POST /widget/v1/flow/${step}`, {
    body,
    headers: { ...FROM_OUR_FRAME, [FLOW_HEADER]: handle },
  });
}
const viewOf = async (response: Response) => (await response.json()) as FlowView;

describe('a sign-in over HTTP', () => {
  test('goes from the login to the result, and no response may be cached', async () => {
    const scene = await createFixture(service.ports, { tokens: [{}] });
    const { handle, ...begun } = await begin(scene);
    expect(begun).toMatchObject({ step: 'identify', seq: 0 });
    const otp = (await scene.tokens[0]?.code()) ?? '';
    const answers = [
      await send('identify', handle, { seq: 0, login: ' alice ' }),
      await send('password', handle, { seq: 1, password: PASSWORD }),
      await send('otp', handle, { seq: 2, otp: await wrongCode(scene) }),
      await send('otp', handle, { seq: 3, otp }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    // Each of these requests is the account's in the log, and names no user.
    const lines = service.log.lines().filter(({ path }) => String(path).startsWith('/widget/v1/flow'));
    expect(lines.slice(-5).map(({ account }) => account)).toEqual(Array(5).fill(scene.account));
    expect(JSON.stringify(lines)).not.toContain('alice');
    const views = await Promise.all(answers.map(viewOf));
    expect(views.map(({ step }) => step)).toEqual(['password', 'otp', 'otp', 'done']);
    expect(views[0]?.login).toBe('alice');
    expect(views[2]?.error).toEqual({ code: 'OTP_WRONG' });
    expect(views[3]?.result).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(JSON.stringify(views)).not.toContain(handle);

    const back = await service.call('GET /widget/v1/flow', { headers: { ...FROM_OUR_FRAME, [FLOW_HEADER]: handle } });
    expect(await viewOf(back)).toMatchObject({ step: 'done', result: expect.any(String) });
  });

  test('a double click is one attempt', async () => {
    const scene = await createFixture(service.ports);
    const { handle } = await begin(scene);
    await send('identify', handle, { seq: 0, login: 'alice' });
    const [one, two] = await Promise.all([
      send('password', handle, { seq: 1, password: 'guess' }),
      send('password', handle, { seq: 1, password: 'guess' }),
    ]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
  });

  test('ignores the handle in a query, a cookie, a body or an Authorization header', async () => {
    const scene = await createFixture(service.ports);
    const { handle } = await begin(scene);
    const nowhere = { status: 404, code: 'FLOW_NOT_FOUND' };
    const { call } = service;
    expect(await refusalOf(await call(`GET /widget/v1/flow?${FLOW_HEADER}=${handle}`))).toEqual(nowhere);
    for (const name of ['cookie', 'authorization']) {
      const headers = { ...FROM_OUR_FRAME, [name]: `${FLOW_HEADER}=${handle}` };
      expect(await refusalOf(await call('GET /widget/v1/flow', { headers }))).toEqual(nowhere);
    }
    const body = { seq: 0, login: 'alice', [FLOW_HEADER]: handle };
    expect((await call('POST /widget/v1/flow/identify', { body, headers: FROM_OUR_FRAME })).status).toBe(422);
  });
});

describe.each(ROUTES)('%s', (route) => {
  const bodies: Record<string, object> = {
    'POST /widget/v1/flow/identify': { seq: 0, login: 'alice' },
    'POST /widget/v1/flow/password': { seq: 0, password: PASSWORD },
    'POST /widget/v1/flow/otp': { seq: 0, otp: '123456' },
  };
  async function attempt(headers: object, changes: { body?: unknown; text?: string } = {}) {
    const scene = await createFixture(service.ports);
    const { handle } = await begin(scene);
    const body = route.startsWith('GET') ? undefined : (bodies[route] ?? beginning(scene));
    return service.call(route, {
      ...(body && { body }),
      ...changes,
      headers: { [FLOW_HEADER]: handle, ...headers } as Record<string, string>,
    });
  }

  test.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: ORIGIN },
    { origin: `${ISSUER}:8443` },
    { origin: `${ISSUER}.evil.example` },
    { origin: 'http://auth.example' },
    { origin: ISSUER, 'sec-fetch-site': 'cross-site' },
    { origin: ISSUER, 'sec-fetch-site': 'same-site' },
    { origin: ISSUER, 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': '' },
  ])('is refused to a page on another origin: %j', async (headers) => {
    const before = service.ports.store.commits.length;
    const response = await service.call(route, {
      ...(route.startsWith('GET') ? {} : { body: bodies[route] ?? {} }),
      headers: headers as unknown as Record<string, string>,
    });
    expect(await refusalOf(response)).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    expect(service.ports.store.commits.length).toBe(before);
  });

  test('responds to the service’s own frame', async () => {
    expect((await attempt(FROM_OUR_FRAME)).status).not.toBe(403);
  });

  test('allows no other origin in a preflight request', async () => {
    const [, path = ''] = route.split(' ');
    const response = await service.call(`OPTIONS ${path}`, {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.status).toBe(403);
  });

  test('refuses an unknown method', async () => {
    const [, path = ''] = route.split(' ');
    const response = await service.call(`DELETE ${path}`, { headers: FROM_OUR_FRAME });
    expect(await refusalOf(response)).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  if (route.startsWith('GET')) return;

  // SR-28, SR-57
  test('SR-28: refuses unknown fields, by name', async () => {
    for (const field of ['account', 'step', 'user', 'method', 'passwordVerified', 'attemptsLeft']) {
      const scene = await createFixture(service.ports);
      const body = { ...(bodies[route] ?? beginning(scene)), [field]: true };
      const response = await service.call(route, { body, headers: FROM_OUR_FRAME });
      expect(response.status).toBe(422);
      const problem = (await response.json()) as { code: string; errors: { path: string; message: string }[] };
      expect(problem).toMatchObject({ code: 'INPUT_INVALID', errors: [{ path: field, message: 'unknown field' }] });
    }
  });

  test('refuses no body, no object, broken JSON and other media types as the caller’s mistake', async () => {
    for (const text of ['', '[]', 'null', '1', '{', '{"seq":0,"seq":0}', '{"__proto__":{}}']) {
      const response = await attempt({ ...FROM_OUR_FRAME, 'content-type': 'application/json' }, { text });
      expect([400, 422], text).toContain(response.status);
    }
    const bare = await service.call(route, { headers: FROM_OUR_FRAME });
    expect([400, 422]).toContain(bare.status);
    const plain = await attempt({ ...FROM_OUR_FRAME, 'content-type': 'text/plain' });
    expect(await refusalOf(plain)).toEqual({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  test('refuses a value of another type', async () => {
    const scene = await createFixture(service.ports);
    const whole: Record<string, unknown> = { ...(bodies[route] ?? beginning(scene)) };
    for (const field of Object.keys(whole)) {
      for (const value of [null, [], {}, true, 1.5, [whole[field]], { $ne: 1 }]) {
        const response = await service.call(route, { body: { ...whole, [field]: value }, headers: FROM_OUR_FRAME });
        expect(await refusalOf(response), `${field} ${JSON.stringify(value)}`).toEqual({
          status: 422,
          code: 'INPUT_INVALID',
        });
      }
    }
  });
});

// SR-47
test.each([
  ' 123456',
  '123456 ',
  '12345',
  '123456789012345',
  '１２３４５６',
  '+123456',
  '-12345',
  '12 456',
  '0x1234',
  '123456\n',
  '',
])('SR-47: a code such as %j is refused before the step is claimed or anything counted', async (otp) => {
  const scene = await createFixture(service.ports, { tokens: [{}] });
  const { handle } = await begin(scene);
  await send('identify', handle, { seq: 0, login: 'alice' });
  await send('password', handle, { seq: 1, password: PASSWORD });
  const before = service.ports.store.commits.length;
  expect(await refusalOf(await send('otp', handle, { seq: 2, otp }))).toEqual({ status: 422, code: 'OTP_MALFORMED' });
  expect(service.ports.store.commits.length).toBe(before);
});

test('filters see the client address behind the service’s proxies', async () => {
  const scene = await createFixture(service.ports);
  const ask = async (from: string, forwarded?: string) => {
    const headers = { ...FROM_OUR_FRAME, ...(forwarded && { 'x-forwarded-for': forwarded }) };
    return service.call('POST /widget/v1/flows', { body: beginning(scene), headers, from });
  };
  expect((await ask('203.0.113.5')).status).toBe(201);
  expect((await ask('10.1.2.3', '198.51.100.1, 203.0.113.5')).status).toBe(201);
  expect(await refusalOf(await ask('10.1.2.3', '203.0.113.5, garbage'))).toEqual({
    status: 400,
    code: 'FORWARDED_INVALID',
  });
  expect(service.log.lines().at(-2)).toMatchObject({ client: '203.0.113.5' });
});

// SR-65
test('SR-65: more starts than one process handles are 503 with a time to retry', async () => {
  const scene = await createFixture(service.ports);
  const answers = [];
  for (let at = 0; at <= SIGN_IN_START_LIMITS.perSecond; at++) {
    const headers = { ...FROM_OUR_FRAME, 'x-forwarded-for': `198.${at >> 8}.${at & 255}.7` };
    answers.push(service.call('POST /widget/v1/flows', { body: beginning(scene), headers, from: '10.1.2.3' }));
  }
  const responses = await Promise.all(answers);
  const late = responses.find(({ status }) => status === 503);
  service.ports.clock.advance(1_000);
  expect(responses.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
  expect(late?.headers.get('retry-after')).toBe('1');
  expect(await late?.json()).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1000 });
});

// SR-65. The attack: starts beyond what the operator allows to an address.
test('SR-65: starts beyond the configured limit are 429 with a time to retry', async () => {
  const startLimits = { perAddress: 1, perNetwork: 10, perSecond: 10 };
  const limited = await openService('start limits', service.ports, { startLimits });
  const scene = await createFixture(service.ports);
  const ask = () =>
    limited.call('POST /widget/v1/flows', { body: beginning(scene), headers: FROM_OUR_FRAME, from: '198.51.100.77' });
  expect((await ask()).status).toBe(201);
  const late = await ask();
  expect(await refusalOf(late)).toEqual({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('an outage during a step is 503 with a time to retry, and reveals nothing', async () => {
  const scene = await createFixture(service.ports);
  const { handle } = await begin(scene);
  service.ports.store.intercept = {
    async commit() {
      throw new StoreUnavailable('redis://secret-host:6379 is gone');
    },
  };
  const response = await send('identify', handle, { seq: 0, login: 'alice' });
  service.ports.store.intercept = {};
  expect(response.headers.get('retry-after')).toBe('1');
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
  expect(text).not.toContain('redis');
});
