import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updateToken } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import { createFixture, type Fixture, unwrap, wrongCode } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import type { TokenChanges } from './update-token.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('lock written back');
});
afterAll(() => ports.close());

const setStage = () => createFixture(ports, { tokens: [{}], alone: true });
function tokenOf({ tokens: [token] }: Fixture) {
  if (!token) throw new Error('no token');
  return token;
}
const update = async (scene: Fixture, changes: TokenChanges) =>
  unwrap(await updateToken(ports, scene.account, tokenOf(scene).id, changes)).object;

async function lockByGuessing(scene: Fixture): Promise<void> {
  const walk = await LoginDriver.toOtp(scene);
  for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
}

async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

// SR-14, SR-15. A backend that keeps tokens in step sends all that it has read, also what has not changed.
describe('a backend that writes a token back with another name', () => {
  const writeBack = (scene: Fixture, locked: boolean) => update(scene, { name: 'Phone', enabled: true, locked });

  test('SR-15: makes no lock by wrong codes an administrator’s: a recovery code still signs in', async () => {
    const scene = await setStage();
    const { codes } = await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    const { lock, failures } = await tokenOf(scene).stored();
    expect(await writeBack(scene, true)).toMatchObject({ name: 'Phone', lock, failures });
    expect(await (await byPassword(scene)).recovery(codes[0] ?? '')).toMatchObject({ step: 'done' });
  });

  test('SR-15: leaves the lock of an administrator as it is', async () => {
    const scene = await setStage();
    const { lock } = await update(scene, { locked: true });
    ports.clock.advance(1);
    expect((await writeBack(scene, true)).lock).toEqual(lock);
  });

  // The attack: codes are guessed while the backend writes its tokens back each minute.
  test('SR-14: resets no failures of a token that is not locked', async () => {
    const scene = await setStage();
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await wrongCode(scene));
    expect(await writeBack(scene, false)).toMatchObject({ name: 'Phone', failures: 1 });
  });

  test('locks and unlocks where the value is another one', async () => {
    const scene = await setStage();
    expect((await writeBack(scene, true)).lock).toMatchObject({ reason: 'administrator' });
    expect(await writeBack(scene, false)).not.toHaveProperty('lock');
    await lockByGuessing(scene);
    const unlocked = await writeBack(scene, false);
    expect(unlocked).toMatchObject({ failures: 0 });
    expect(unlocked).not.toHaveProperty('lock');
  });
});

describe('a change of the lock alone is an act', () => {
  test('SR-15: locking shuts a token that wrong codes have locked for recovery codes too', async () => {
    const scene = await setStage();
    await giveRecoveryCodes(scene);
    await lockByGuessing(scene);
    expect((await update(scene, { locked: true })).lock).toMatchObject({ reason: 'administrator' });
    const denied = { step: 'denied', error: { code: 'TOKEN_LOCKED_BY_ADMINISTRATOR' } };
    expect((await byPassword(scene)).view).toMatchObject(denied);
  });

  test('unlocking resets the failures of a token that is not locked', async () => {
    const scene = await setStage();
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await wrongCode(scene));
    expect((await update(scene, { locked: false })).failures).toBe(0);
  });
});
