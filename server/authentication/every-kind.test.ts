import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal, type Result } from '../kernel/result.ts';
import { authenticate, updateResource, updateToken } from '../testing/as-operator.ts';
import type { Device, DeviceKind } from '../testing/devices/device.ts';
import { DEVICE_KINDS } from '../testing/devices/device-kinds.ts';
import { totpDevice } from '../testing/devices/oath-device.ts';
import { createFixture, type Fixture, PASSWORD, read, setState } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import type { NewPin } from '../tokens/store-token.ts';

// The rules for every kind of token.

let ports: TestPorts;
let replica: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('every kind');
  replica = ports.replica();
});
afterAll(() => ports.close());

const MANY = 50;
const PIN: NewPin = { digits: '0427', position: 'before' };

const stepOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.step);
const codeOf = (verdict: Result<FlowView>) => (isRefusal(verdict) ? verdict.refused : verdict.error?.code);

const asking = ({ account, resource, user }: Fixture) => ({ account, resource: resource.id, user: user.login });

/** A user with a password and one token of the kind; and with an app, if the kind only replaces another token. */
async function person(kind: DeviceKind, pin?: NewPin): Promise<{ scene: Fixture; device: Device }> {
  const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 } });
  if (!kind.demands) await totpDevice.give(scene);
  return { scene, device: await kind.give(scene, pin) };
}

describe.each(DEVICE_KINDS.map((kind) => [kind.kind, kind] as const))('%s', (_, kind) => {
  test('a right answer completes the sign-in, with a second factor in the result', async () => {
    const { scene, device } = await person(kind);
    const walk = await LoginDriver.toOtp(scene);
    const done = await (await device.ready(walk)).right();
    expect(done).toMatchObject({ step: 'done', result: expect.any(String) });
    expect((await read(ports, tokenDocument.key(device.token))).failures).toBe(0);
  });

  // SR-1
  test('SR-1: the same answer in another sign-in is refused', async () => {
    const { scene, device } = await person(kind);
    const shown = await device.forApi?.();
    if (shown) {
      const once = () =>
        authenticate(ports, { ...asking(scene), method: 'password-otp', password: PASSWORD, ...shown });
      expect(await once()).toMatchObject({ otp: 'verified', kind: kind.kind });
      expect(await once()).toEqual({ refused: 'OTP_REPLAYED' });
      return;
    }
    const walk = await LoginDriver.toOtp(scene);
    const { right } = await device.ready(walk);
    expect(stepOf(await right())).toBe('done');
    expect(['STEP_STALE', 'STEP_NOT_EXPECTED']).toContain(stepOf(await right()));
  });

  // SR-1
  test('SR-1: fifty simultaneous copies of one answer, over two processes, are one success', async () => {
    const { scene, device } = await person(kind);
    const walk = await LoginDriver.toOtp(scene);
    const { right } = await device.ready(walk);
    const shown = await device.forApi?.();
    const copies = shown
      ? (at: number) => authenticate(at % 2 === 0 ? ports : replica, { ...asking(scene), method: 'otp', ...shown })
      : right;
    const verdicts = await Promise.all(Array.from({ length: MANY }, (_, at) => copies(at)));
    const passed = verdicts.filter((verdict) => !isRefusal(verdict) && !('error' in verdict));
    expect(passed).toHaveLength(1);
  });

  // SR-1
  test('SR-1: fifty simultaneous answers to one step are one attempt', async () => {
    const { scene, device } = await person(kind);
    const { right } = await device.ready(await LoginDriver.toOtp(scene));
    const views = await Promise.all(Array.from({ length: MANY }, right));
    expect(views.filter((view) => stepOf(view) === 'done')).toHaveLength(1);
  });

  // SR-14, SR-15
  test('SR-15: wrong answers beyond the limit lock it, and then the right one is refused too', async () => {
    const { scene, device } = await person(kind);
    for (let guess = 1; guess <= 3; guess++) {
      const walk = await LoginDriver.toOtp(scene);
      expect(codeOf(await (await device.ready(walk)).wrong())).toBe('OTP_WRONG');
      expect((await read(ports, tokenDocument.key(device.token))).failures).toBe(guess);
    }
    const walk = await LoginDriver.toOtp(scene);
    const last = await device.ready(walk);
    await last.wrong();
    expect((await read(ports, tokenDocument.key(device.token))).lock?.reason).toBe('otp-failures');
    const shown = await device.forApi?.();
    if (shown) {
      const refused = await authenticate(ports, {
        ...asking(scene),
        method: 'password-otp',
        password: PASSWORD,
        ...shown,
      });
      expect(refused).toMatchObject({ refused: expect.stringMatching(/^(TOKEN_LOCKED|OTP_WRONG)$/) });
    }
    expect(stepOf(await last.right())).not.toBe('done');
    // Only an explicit act lifts it.
    ports.clock.advance(86_400_000);
    expect((await read(ports, tokenDocument.key(device.token))).lock).toBeDefined();
  });

  test('deactivated, it takes no part', async () => {
    const { scene, device } = await person(kind);
    await setState(ports, scene.account, device.token, 'deactivated');
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    if (kind.demands) expect(walk.view).toMatchObject({ step: 'done' });
    else expect(walk.view.factors?.map(({ kind }) => kind)).toEqual(['code']);
  });

  // SR-4
  test('SR-4: locked during a sign-in, its right answer is refused', async () => {
    const { scene, device } = await person(kind);
    const walk = await LoginDriver.toOtp(scene);
    const { right } = await device.ready(walk);
    await setState(ports, scene.account, device.token, 'locked');
    expect(stepOf(await right())).not.toBe('done');
  });

  // SR-4
  test('SR-4: given to another user during a sign-in, its right answer is refused', async () => {
    const { scene, device } = await person(kind);
    const walk = await LoginDriver.toOtp(scene);
    const { right } = await device.ready(walk);
    await updateToken(ports, scene.account, device.token, { owner: null });
    expect(stepOf(await right())).not.toBe('done');
  });

  test('on a resource that does not accept the kind, it signs no user in and does not waive the factor', async () => {
    const { scene, device } = await person(kind);
    const walk = await LoginDriver.toOtp(scene);
    const { right } = await device.ready(walk);
    const others = DEVICE_KINDS.map((other) => other.kind).filter((other) => other !== kind.kind);
    await updateResource(ports, scene.account, scene.resource.id, { tokenKinds: others });
    expect(stepOf(await right())).not.toBe('done');
    if (!kind.demands) return;
    const next = await LoginDriver.begin(scene);
    await next.identify();
    expect(await next.password()).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
  });
});

const withPins = DEVICE_KINDS.filter(({ takesPin }) => takesPin).map((kind) => [kind.kind, kind] as const);
describe.each(withPins)('%s', (_, kind) => {
  test.each(['before', 'after'] as const)(
    'with a PIN %s its answer, neither alone is enough, and a wrong PIN uses nothing up',
    async (position) => {
      const { scene, device } = await person(kind, { digits: PIN.digits, position });
      const shown = (await device.forApi?.())?.otp ?? '';
      const bare = position === 'before' ? shown.slice(4) : shown.slice(0, -4);
      const say = (otp: string) =>
        authenticate(ports, { ...asking(scene), method: 'password-otp', password: PASSWORD, otp });
      expect(await say(bare)).toEqual({ refused: 'OTP_WRONG' });
      expect(await say(position === 'before' ? `9999${bare}` : `${bare}9999`)).toEqual({ refused: 'OTP_WRONG' });
      expect(await say(position === 'before' ? bare + PIN.digits : PIN.digits + bare)).toEqual({
        refused: 'OTP_WRONG',
      });
      expect((await read(ports, tokenDocument.key(device.token))).failures).toBe(3);
      expect(await say(shown)).toMatchObject({ otp: 'verified' });
    },
  );
});
