import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CodeLimits } from '../kernel/code-channel.ts';
import { DAY_MS } from '../kernel/time.ts';
import { freshAddress, giveSent } from '../testing/devices/sent-device.ts';
import { FakeCodeSender } from '../testing/fake-senders.ts';
import { createFixture, type Fixture } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('caps by account');
});
// Past every window of an earlier test.
beforeEach(() => ports.clock.advance(DAY_MS));
afterAll(() => ports.close());

/** A user of a new account, with this address for codes. */
async function userOfNewAccount(to: string) {
  const scene = await createFixture(ports);
  const { id } = await giveSent(scene, 'email', to);
  return { scene, token: id };
}

async function askForCode(on: TestPorts, { scene, token }: { scene: Fixture; token: string }) {
  const walk = await LoginDriver.toOtp(scene, { ports: on });
  await walk.choose(token);
  return walk.view;
}

const limited = (limits: Partial<CodeLimits>): TestPorts => ({ ...ports, codes: new FakeCodeSender(limits) });

// SR-48
describe('SR-48: another account of the server uses up', () => {
  // The attack: an attacker's own account with a token that sends to the victim's phone.
  test('the limit of one address: a user of this account still gets a code there', async () => {
    const to = freshAddress('email');
    const attacker = await userOfNewAccount(to);
    const victim = await userOfNewAccount(to);
    for (let sign = 0; sign < 12; sign++) await askForCode(ports, attacker);
    expect((await askForCode(ports, attacker)).error?.code).toBe('CODE_LIMIT');
    expect(await askForCode(ports, victim)).toMatchObject({ step: 'otp', sent: { to: expect.any(String) } });
  });

  // The attack: one account requests codes until the server may send none for any other.
  test('the limit of the server: each account still has the codes reserved for it', async () => {
    const few = limited({ perAddress: 100, perAddressAndDay: 100, perHour: 6, reservedPerAccount: 2 });
    const attacker = await userOfNewAccount(freshAddress('email'));
    const victim = await userOfNewAccount(freshAddress('email'));
    for (let sign = 0; sign < 10; sign++) await askForCode(few, attacker);
    expect(few.codes.sent).toHaveLength(6);
    for (let sign = 0; sign < 2; sign++) expect((await askForCode(few, victim)).error).toBeUndefined();
    expect((await askForCode(few, victim)).error?.code).toBe('CODE_LIMIT');
    expect((await askForCode(few, attacker)).error?.code).toBe('CODE_LIMIT');
    expect(few.codes.sent).toHaveLength(8);
  });

  // The attack: refused requests of one account count against all.
  test('no limit by refused requests: only as many of its tries count for the server as it may send', async () => {
    const few = limited({
      perAddress: 100,
      perAddressAndDay: 100,
      perAccountAndHour: 2,
      perHour: 6,
      reservedPerAccount: 1,
    });
    const attacker = await userOfNewAccount(freshAddress('email'));
    const victim = await userOfNewAccount(freshAddress('email'));
    for (let sign = 0; sign < 10; sign++) await askForCode(few, attacker);
    expect(few.codes.sent).toHaveLength(2);
    for (let sign = 0; sign < 2; sign++) expect((await askForCode(few, victim)).error).toBeUndefined();
  });
});
