import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSignIn } from '../../administration/login/start-sign-in.ts';
import { addAdministrator } from '../../testing/administrators.ts';
import { createFixture, type Fixture, NONCE, ORIGIN, unwrap } from '../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { admitStart, SIGN_IN_START_LIMITS, type StartLimits } from './admit-start.ts';
import { startFlow } from './start-flow.ts';

// SR-65. The attack: starts without input, from as many addresses as one attacker can have.

let ports: TestPorts;
let scene: Fixture;
beforeEach(async () => {
  ports = await openTestPorts('admit-beginning');
  scene = await createFixture(ports);
});
afterEach(() => ports.close());

const LIMITS: StartLimits = { name: 'flows', perAddress: 3, perNetwork: 5, perSecond: 8 };
const admit = (address?: string) => admitStart(ports, address === undefined ? {} : { address }, LIMITS);

async function refusals(addresses: readonly (string | undefined)[]) {
  const answers = [];
  for (const address of addresses) answers.push((await admit(address))?.refused ?? 'admitted');
  return answers;
}

describe('SR-65: starts are counted', () => {
  test.each([
    ['one address', Array.from({ length: 5 }, () => '192.0.2.1')],
    ['one /64', Array.from({ length: 5 }, (_, at) => `2001:db8::${at + 1}`)],
    ['an unknown address', Array.from({ length: 5 }, () => undefined)],
  ])('of %s', async (_whose, addresses) => {
    expect(await refusals(addresses)).toEqual(['admitted', 'admitted', 'admitted', 'RATE_LIMITED', 'RATE_LIMITED']);
    // They use none of the limit of others.
    expect(await refusals(['198.51.100.1'])).toEqual(['admitted']);
  });

  // The attack: the same address starts at every process of the service.
  test('of one address over several processes together', async () => {
    const processes = [ports, ports.replica(), ports.replica()];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, at) => admitStart(processes[at % 3] ?? ports, { address: '203.0.113.9' }, LIMITS)),
    );
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(LIMITS.perAddress);
  });

  test.each([
    ['the addresses of one /24', (at: number) => `192.0.2.${at}`, '192.0.3.1'],
    ['the /64s of one /48', (at: number) => `2001:db8:1:${at}::1`, '2001:db8:2::1'],
  ])('of %s', async (_whose, addressOf, neighbour) => {
    const answers = await refusals(Array.from({ length: 7 }, (_, at) => addressOf(at)));
    expect(answers).toEqual([...Array(5).fill('admitted'), 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await refusals([neighbour])).toEqual(['admitted']);
    expect(await admit(addressOf(9))).toMatchObject({ retryAfterMs: 60_000 - (ports.clock.now() % 60_000) });
    ports.clock.advance(60_000);
    expect(await refusals([addressOf(1)])).toEqual(['admitted']);
  });

  test('of the process: beyond that nothing is counted or read from the store until the next second', async () => {
    const from = (at: number) => `198.51.${at}.1`;
    await Promise.all(Array.from({ length: 20 }, (_, at) => admit(from(at))));
    const { increment } = ports.store;
    let counted = 0;
    ports.store.increment = (...asked) => {
      counted += 1;
      return increment.apply(ports.store, asked);
    };
    for (let at = 0; at < 50; at++) {
      expect(await admit(from(100 + at))).toEqual({ refused: 'OVERLOADED', retryAfterMs: 1000 });
    }
    expect(counted).toBe(0);
    ports.clock.advance(1_000);
    expect(await admit(from(200))).toBeUndefined();
  });

  // SR-63
  test('SR-63: a clock that was set back starts a new second', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, at) => admit(`198.51.${at}.1`)));
    ports.clock.advance(-3_600_000);
    expect(await admit('198.51.99.1')).toBeUndefined();
  });
});

test('SR-65: a flood of starts is told when to retry, and locks no administrator out', async () => {
  const administrator = await addAdministrator(ports, scene.account, { email: 'ada@acme.example' });
  const begin = (at: number) =>
    startFlow(ports, {
      resource: scene.resource.id,
      nonce: NONCE,
      origin: ORIGIN,
      client: { address: `10.${at >> 8}.${at & 255}.1` },
    });
  for (let at = 0; at < SIGN_IN_START_LIMITS.perSecond; at++) unwrap(await begin(at));
  expect(await begin(SIGN_IN_START_LIMITS.perSecond)).toEqual({ refused: 'OVERLOADED', retryAfterMs: 1000 });
  unwrap(await startSignIn(ports, { account: administrator.account, client: {} }));
});
