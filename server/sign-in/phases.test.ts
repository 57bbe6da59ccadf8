import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forRequest, type RequestPorts } from '../store/request-ports.ts';
import { transact } from '../store/transact.ts';
import { createFixture, type Fixture } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { userDocument } from '../users/documents.ts';
import { resultDocument } from './documents.ts';
import type { Rule } from './rule.ts';
import { trustedBrowsersDocument } from './rules/trusted-browsers/documents.ts';
import { RULES } from './rules.ts';
import type { SignInPorts } from './step-outcome.ts';
import { parseHandle } from './stored-flow.ts';

let ports: TestPorts;
let scene: Fixture;
beforeAll(async () => {
  ports = await openTestPorts('phases');
  scene = await createFixture(ports);
});
afterAll(() => ports.close());

type SlowCall = (ports: RequestPorts<SignInPorts>) => Promise<unknown>;

const message = { to: 'alice@shop.example', language: 'en' } as const;
const CODE = {
  id: 'id',
  channel: 'email',
  ...message,
  code: '123456',
  site: 'Shop',
  expiresAt: 0,
  lifetimeMs: 0,
} as const;
const REQUEST = { url: 'https://shop.example/hook', headers: {}, body: '' };

const SLOW: [name: string, call: SlowCall][] = [
  ['a hash', ({ hasher }) => hasher.verify(undefined, 'a password')],
  ['a reserved hash', ({ hasher }) => hasher.reserve().verify(undefined, 'a password')],
  ['the delay of a wrong password', ({ hasher }) => hasher.reserve().evenOut(100)],
  ['the hash of a new password', ({ hasher }) => hasher.hash('a password')],
  ['the key of a file', ({ hasher }) => hasher.deriveKey('a password', DERIVATION)],
  ['a lookup of a breached password', async (own) => own.breachedPasswords?.isListed('a password')],
  ['a mail', ({ courier }) => courier.send({ kind: 'test-message', ...message, facts: {} })],
  ['a sent code', ({ codes }) => codes.send(CODE)],
  ['a hook', ({ webhookSender }) => webhookSender.ask(REQUEST, LIMITS)],
  ['a webhook', ({ webhookSender }) => webhookSender.send(REQUEST)],
];
const DERIVATION = { salt: new Uint8Array(16), memoryKiB: 64, iterations: 1, parallelism: 1, keyBytes: 32 };
const LIMITS = { timeoutMs: 1000, bodyBytes: 1000, asker: { account: 'acc', resource: 'res' } };

describe.each(SLOW)('%s', (_name, call) => {
  // SR-4. The attack: an administrator blocks the user meanwhile, and the sign-in goes on with the user as read before.
  test('SR-4: ends the phase: what was read before it is read again', async () => {
    const own = forRequest<SignInPorts>(ports);
    const key = userDocument.key(scene.user.id);
    const isBlocked = async () => (await own.store.getMany([key], ports.clock.now()))[0]?.value.blocked;
    await setBlocked(false);
    await own.store.readAhead([key], ports.clock.now());
    await setBlocked(true);
    expect(await isBlocked()).toBe(false);
    await call(own);
    expect(await isBlocked()).toBe(true);
  });

  // SR-87. The attack: a rule decides on what it reads while something slow runs, and takes no note of the change since.
  test.each([
    ['begins before', async (own, read) => Promise.all([read(), call(own)])],
    ['begins after', async (own, read) => Promise.all([call(own), read()])],
  ] satisfies [string, Read][])('SR-87: a read beside it that %s it denies the sign-in', async (_when, read) => {
    await setBlocked(false);
    const hasty: Rule = {
      name: 'hasty',
      does: 'Reads while something slow runs.',
      async beforeResult(own, { passed }) {
        await read(own, () => own.store.getMany([trustedBrowsersDocument.key(passed.user.id)], ports.clock.now()));
        return undefined;
      },
    };
    const walk = await LoginDriver.begin(scene, { rules: [...RULES, hasty] });
    await walk.identify();
    await expect(walk.password()).rejects.toThrow('a slow call has ended');
    const id = parseHandle(walk.handle)?.id;
    expect(id && (await ports.store.getMany([resultDocument.key(id)], ports.clock.now()))).toEqual([undefined]);
  });
});

type Read = (own: RequestPorts<SignInPorts>, read: () => Promise<unknown>) => Promise<unknown>;

function setBlocked(blocked: boolean): Promise<void> {
  const key = userDocument.key(scene.user.id);
  return transact(ports, key.anchor, [key], ([user]) => ({
    answer: undefined,
    write: { put: user ? [{ key, value: { ...user.value, blocked } }] : [] },
  }));
}
