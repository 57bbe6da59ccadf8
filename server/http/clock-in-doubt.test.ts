import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ClockInDoubt } from '../kernel/ports/clock.ts';
import { anotherSession, sessionHeaders } from '../testing/administrators.ts';
import { openOnEachStore } from '../testing/each-store.ts';
import { PASSWORD } from '../testing/fixtures.ts';
import { refusalOf } from '../testing/http-service.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { addressOf, createSampleFixture, type SampleScene, samples } from '../testing/operations.ts';

const REFUSED = { status: 503, code: 'CLOCK_IN_DOUBT' };
/** Their samples are answered before the time is needed: without a link or a code that could be valid, or a session. */
const WITHOUT_TIME: Readonly<Record<string, object>> = {
  'POST /links/view': { status: 403, code: 'LINK_INVALID' },
  'POST /invitation/accept': { status: 403, code: 'LINK_INVALID' },
  'POST /recovery/accept': { status: 403, code: 'LINK_INVALID' },
  'POST /reset/accept': { status: 403, code: 'LINK_INVALID' },
  'POST /results/exchange': { status: 403, code: 'APP_CODE_INVALID' },
  'GET /session/whose': { status: 200, code: undefined },
};

// SR-63: while the clock may be wrong, every request that needs the time is refused, and nothing is used up by it.
describe.each(await openOnEachStore('clock-in-doubt'))('on $store', ({ service, operations }) => {
  const { ports } = service;
  let scene: SampleScene;
  beforeAll(async () => {
    scene = await createSampleFixture(service);
  });
  afterEach(() => {
    ports.clock.fault = undefined;
  });
  afterAll(() => ports.close());

  const doubt = () => {
    ports.clock.fault = new ClockInDoubt('it reads 2029, and not 2027');
  };

  test.each(operations.map((one) => [one.name, one] as const))('%s', async (name, operation) => {
    const sample = await samples[operation.name]?.(scene);
    const { headers = {}, body } = sample ?? {};
    const session = operation.entrance === 'session' ? await anotherSession(ports, scene.superuser) : undefined;
    const call = { ...omitUndefined({ body }), headers: { ...headers, ...(session && sessionHeaders(session)) } };
    doubt();
    const commits = ports.store.commits.length;
    const response = await service.call(addressOf(operation, sample ?? { status: 200 }), {
      ...call,
      ...(operation.entrance === 'key' && { key: scene.key }),
    });
    expect(await refusalOf(response)).toEqual(WITHOUT_TIME[name] ?? REFUSED);
    expect(ports.store.commits).toHaveLength(commits);
  });

  test('a right code is refused, and not used up', async () => {
    const [token] = scene.tokens;
    const body = {
      resource: scene.resource.id,
      method: 'password-otp',
      user: 'alice',
      password: PASSWORD,
      otp: (await token?.code()) ?? '',
    };
    const signIn = () => service.call('POST /v1/authentications', { key: scene.key, body });
    doubt();
    expect(await refusalOf(await signIn())).toEqual(REFUSED);
    ports.clock.fault = undefined;
    expect((await signIn()).status).toBe(200);
  });

  test('a wrong code is not evaluated, so it counts against no token', async () => {
    const [token] = scene.tokens;
    const before = await token?.stored();
    const body = { resource: scene.resource.id, method: 'otp', user: 'alice', otp: '000000' };
    doubt();
    expect(await refusalOf(await service.call('POST /v1/authentications', { key: scene.key, body }))).toEqual(REFUSED);
    ports.clock.fault = undefined;
    expect(await token?.stored()).toEqual(before);
  });

  test('a clock that leaps in the middle of a sign-in ends neither the sign-in nor its code', async () => {
    const login = await LoginDriver.toOtp({ ...scene, user: { ...scene.user, login: 'alice' } });
    const code = (await scene.tokens[0]?.code(1)) ?? '';
    ports.clock.advance(30_000);
    doubt();
    await expect(login.otp(code)).rejects.toBeInstanceOf(ClockInDoubt);
    ports.clock.fault = undefined;
    await login.otp(code);
    expect(login.view.step).toBe('done');
  });

  test('readiness fails and says why, without the times; liveness does not', async () => {
    doubt();
    const response = await service.call('GET /health/ready');
    expect(await refusalOf(response)).toEqual(REFUSED);
    expect((await service.call('GET /health/live')).status).toBe(200);
  });
});
