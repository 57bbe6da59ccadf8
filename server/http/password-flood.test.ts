import { afterAll, beforeAll, expect, test } from 'vitest';
import { createArgon2Hasher } from '../platform/argon2/argon2-hasher.ts';
import { assign } from '../testing/as-operator.ts';
import { addToken, createFixture, type Fixture, unwrap } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';

/** Logins that wait for their hash; more are refused. */
const QUEUE = 40;
const FLOOD = 150;
const CHECKS = 15;

let service: Service;
let scene: Fixture;
let key: string;

beforeAll(async () => {
  service = await openService('password flood');
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account);
  const real = createArgon2Hasher({ maxQueue: QUEUE });
  service.ports.hasher.reserve = () => real.reserve();
  service.ports.hasher.verify = (phc, password) => real.verify(phc, password);
});
afterAll(() => service.ports.close());

// SR-20. The attack: more password logins than the machine can hash, each under another name, so that no back-off stops
// them.
test('SR-20: a flood of passwords does not block codes and health checks, and its queue is bounded', async () => {
  const { ports, account, resource, user } = scene;
  const token = await addToken(ports, account, { kind: 'hotp', owner: user.id });
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
  const signIn = (body: object) =>
    service.call('POST /v1/authentications', { key, body: { resource: resource.id, ...body } });

  const answered: number[] = [];
  const hashed = () => answered.filter((status) => status === 403).length;
  const flood = Array.from({ length: FLOOD }, async (_, at) => {
    answered.push((await signIn({ method: 'password', user: `nobody-${at}`, password: 'guess' })).status);
  });
  for (let check = 0; check < CHECKS; check++) {
    const before = hashed();
    const answers = await Promise.all([
      signIn({ method: 'otp', user: user.login, otp: await token.code() }),
      service.call('GET /health/ready'),
      service.call('GET /health/live'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    // A request in that queue would see all of it finish first.
    expect(hashed() - before).toBeLessThan(QUEUE / 2);
    if (check === 0) expect(hashed()).toBeLessThan(QUEUE);
  }
  await Promise.all(flood);
  // Logins beyond the queue are told to retry later, and take no memory.
  expect(hashed()).toBeGreaterThanOrEqual(QUEUE);
  expect(hashed()).toBeLessThan(FLOOD);
  expect(answered.filter((status) => status === 503)).toHaveLength(FLOOD - hashed());
});
