import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUser, createFixture, type Fixture, NONCE, ORIGIN, PASSWORD } from '../testing/fixtures.ts';
import { connectedFrom } from '../testing/http-app.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { processorMs } from '../testing/processor-time.ts';
import { ISSUER } from '../testing/test-ports.ts';
import { hotp } from '../tokens/kinds/oath/code.ts';

/**
 * The processor time of hot routes, on the embedded store and without hashes, as a multiple of a bare route that takes
 * and returns JSON; measured in turn in this process. A bound is about one and two thirds of what was measured when it
 * was set, so that no change makes a route much dearer unseen. Newer versions of Node make all routes cheaper, and the
 * bare one most.
 */
const USERS = 16;
const WAVES = 20;
/** The bare route is much cheaper, and processor time is counted in steps. */
const BARE_WAVES = 100;
const ROUNDS = 6;

let service: Service;
let scene: Fixture;
let key: string;
const users: { login: string; secret: Uint8Array; counter: number }[] = [];
beforeAll(async () => {
  service = await openService('cpu-budget');
  scene = await createFixture(service.ports, { tokens: [{ kind: 'hotp' }] });
  key = await service.keyFor(scene.account, ['authenticate']);
  for (let number = 0; number < USERS; number++) {
    const login = `user-${number}`;
    const { tokens } = await addUser(service.ports, scene.account, scene.resource, {
      user: { login },
      tokens: [{ kind: 'hotp' }],
    });
    users.push({ login, secret: tokens[0]?.secret ?? new Uint8Array(), counter: 0 });
  }
});
afterAll(() => service.ports.close());

const bare = new Hono();
bare.post('/v1/authentications', async (c) => {
  const { user } = await c.req.json<{ user: string }>();
  return c.json({ authenticated: true, method: 'otp', user: { id: 'usr_01k8dq9z2mp', login: user }, otp: 'verified' });
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  new Request(`${ISSUER}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const authentication = (body: object) =>
  post('/v1/authentications', { resource: scene.resource.id, ...body }, { authorization: `Bearer ${key}` });

type User = (typeof users)[number];
const nextCode = (user: User) => hotp({ secret: user.secret, counter: user.counter++, digits: 6, algorithm: 'SHA1' });

const MAJOR = Number.parseInt(process.versions.node, 10);
const since = MAJOR >= 24 ? 24 : MAJOR >= 22 ? 22 : 20;

const ROUTES: Record<string, { atMost: Record<20 | 22 | 24, number>; request: (user: User) => Request }> = {
  'a one-time code': {
    atMost: { 20: 30, 22: 34, 24: 40 },
    request: (user) => authentication({ method: 'otp', user: user.login, otp: nextCode(user) }),
  },
  'a password and a code, without the hash': {
    atMost: { 20: 45, 22: 70, 24: 107 },
    request: (user) =>
      authentication({ method: 'password-otp', user: user.login, password: PASSWORD, otp: nextCode(user) }),
  },
  'the beginning of a sign-in': {
    atMost: { 20: 10, 22: 12, 24: 18 },
    request: () =>
      post(
        '/widget/v1/flows',
        { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN },
        { origin: ISSUER, 'sec-fetch-site': 'same-origin' },
      ),
  },
  'the document of the frame': {
    atMost: { 20: 8, 22: 9, 24: 11 },
    request: () => new Request(`${ISSUER}/widget/v1/frame?resource=${scene.resource.id}&origin=${ORIGIN}`),
  },
};

async function send(fetch: (request: Request) => Response | Promise<Response>, requests: Request[]): Promise<void> {
  const answers = await Promise.all(requests.map((request) => fetch(request)));
  for (const answer of answers) {
    if (answer.status > 299) throw new Error(`${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}

test.each(Object.entries(ROUTES))('%s stays within its budget', async (_name, { atMost, request }) => {
  const env = connectedFrom('192.0.2.1');
  const costOf = async (waves: number, fetch: Parameters<typeof send>[0], make: (user: User) => Request) => {
    let cost = 0;
    for (let wave = 0; wave < waves; wave++) {
      // The limits of new sign-ins are not what is measured.
      service.ports.clock.advance(60_000);
      const requests = users.map(make);
      cost += await processorMs(() => send(fetch, requests));
    }
    return cost / waves;
  };
  const [floors, costs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(
      await costOf(BARE_WAVES, bare.fetch, () => authentication({ method: 'otp', user: 'alice', otp: '123456' })),
    );
    costs.push(await costOf(WAVES, (one) => service.app.fetch(one, env), request));
  }
  // Noise only adds, so the least of each is the truest.
  expect(Math.min(...costs) / Math.min(...floors)).toBeLessThan(atMost[since]);
});
