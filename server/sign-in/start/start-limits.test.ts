import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { admitSignInStart } from './admit-start.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('start limits');
});
afterAll(() => ports.close());

// SR-65. The attack: starts from one address, from one network, and from everywhere, where the operator allows fewer.
test('keeps to the limits that the operator sets', async () => {
  const startLimits = { perAddress: 2, perNetwork: 3, perSecond: 4 };
  const start = (address: string) => admitSignInStart({ ...ports, startLimits }, { address });
  expect(await start('203.0.113.1')).toBeUndefined();
  expect(await start('203.0.113.1')).toBeUndefined();
  expect(await start('203.0.113.1')).toMatchObject({ refused: 'RATE_LIMITED' });
  expect(await start('203.0.113.2')).toBeUndefined();
  expect(await start('203.0.113.3')).toMatchObject({ refused: 'RATE_LIMITED' });
  expect(await start('198.51.100.1')).toBeUndefined();
  expect(await start('192.0.2.1')).toMatchObject({ refused: 'OVERLOADED' });
});

test('has the usual limits where none is set', async () => {
  ports.clock.advance(60_000);
  for (let at = 0; at < 100; at++) {
    expect(await admitSignInStart(ports, { address: '203.0.113.9' })).toBeUndefined();
  }
});
