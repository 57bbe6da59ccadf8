import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import { createFixture, type Fixture, overwrite, read, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { REPLACEMENT_TTL_MS } from '../tokens/lockout.ts';
import { userDocument } from '../users/documents.ts';
import { type LostDevice, reportLostDevice } from './report-lost-device.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('report-lost-device');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(60_000);
});

const EMAIL = 'alice@shop.example';
const setStage = () =>
  createFixture(ports, {
    tokens: [{}, {}],
    alone: true,
    resource: { enrolment: { kinds: ['totp'], required: true } },
    user: { email: EMAIL },
  });
const report = ({ account, user }: Fixture, input: LostDevice = {}) =>
  reportLostDevice(ports, operatorContext(account), user.id, input);

async function byPassword(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

describe('a lost device', () => {
  test('deactivates every token but recovery codes, ends trust, tells the user and permits one enrolment', async () => {
    const scene = await setStage();
    const { id: paper } = await giveRecoveryCodes(scene);
    const { trustEpoch = 0 } = await read(ports, userDocument.key(scene.user.id));
    const done = unwrap(await report(scene));
    expect(done.expiresAt).toBe(ports.clock.now() + REPLACEMENT_TTL_MS);
    expect([...done.tokens].sort()).toEqual(scene.tokens.map(({ id }) => id).sort());
    for (const token of scene.tokens) expect(await token.stored()).toMatchObject({ enabled: false });
    expect(await read(ports, tokenDocument.key(paper))).toMatchObject({ enabled: true });
    expect(await read(ports, userDocument.key(scene.user.id))).toMatchObject({ trustEpoch: trustEpoch + 1 });
    expect(ports.courier.last('security-notice', EMAIL)).toMatchObject({ change: 'device-lost' });
    expect((await byPassword(scene)).view.step).toBe('recovery');
  });

  test('deactivates one of several: the others are still asked for', async () => {
    const scene = await setStage();
    const [first, second] = scene.tokens;
    unwrap(await report(scene, { tokens: first ? [first.id] : [] }));
    expect(await first?.stored()).toMatchObject({ enabled: false });
    expect(await second?.stored()).toMatchObject({ enabled: true });
    expect((await byPassword(scene)).view.step).toBe('otp');
  });

  test('renews the permission when it is reported again', async () => {
    const scene = await setStage();
    unwrap(await report(scene));
    ports.clock.advance(REPLACEMENT_TTL_MS);
    expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: [] } });
    unwrap(await report(scene));
    expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
  });

  // SR-69. The attack: the thief has the password, and the administrator chose the link by mail.
  test('with a link permits no enrolment on a password, also if an earlier report did', async () => {
    const scene = await setStage();
    unwrap(await report(scene));
    expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: ['totp'] } });
    const done = unwrap(await report(scene, { replacement: 'link' }));
    expect(ports.courier.last('enrolment-link', EMAIL)).toBeDefined();
    expect(done.expiresAt).toBeGreaterThan(ports.clock.now());
    expect((await byPassword(scene)).view).toMatchObject({ step: 'enrol', enrol: { kinds: [] } });
  });

  test('changes nothing if the link cannot be sent', async () => {
    const scene = await setStage();
    await overwrite(ports, userDocument.key(scene.user.id), { email: undefined as never });
    expect(await report(scene, { replacement: 'link' })).toMatchObject({ refused: 'EMAIL_MISSING' });
    for (const token of scene.tokens) expect(await token.stored()).toMatchObject({ enabled: true });
  });

  test('is refused for tokens of another user, and for a user without any', async () => {
    const [scene, other] = [await setStage(), await setStage()];
    const tokens = other.tokens.map(({ id }) => id);
    expect(await report(scene, { tokens })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    const bare = await createFixture(ports);
    expect(await report(bare)).toEqual({ refused: 'TOKEN_NOT_FOUND' });
  });

  // SR-67, SR-69. The attack: the user, the help desk or an administrator of other resources gives the permission.
  test('is reported only by an administrator who may change the user', async () => {
    const scene = await setStage();
    const { account, user } = scene;
    const admin = { kind: 'administrator', account, id: 'adm_00000000001' as never } as const;
    const actors: Actor[] = [
      { kind: 'user', account, id: user.id },
      { ...admin, role: 'help-desk', resources: [scene.resource.id] },
      { ...admin, role: 'read-only', resources: [] },
      { ...admin, role: 'administrator', resources: [] },
    ];
    for (const actor of actors) {
      expect(await reportLostDevice(ports, { actor }, user.id, {})).toEqual({ refused: 'FORBIDDEN' });
    }
    for (const token of scene.tokens) expect(await token.stored()).toMatchObject({ enabled: true });
  });
});
