import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { assign, operatorContext, updateUser } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import {
  addResource,
  addToken,
  createFixture,
  type Fixture,
  type FixtureToken,
  overwrite,
  read,
  unwrap,
} from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
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
  ports.store.intercept = {};
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

  test('is recorded with the tokens, before any of them is deactivated', async () => {
    const scene = await setStage();
    ports.store.commits.length = 0;
    unwrap(await report(scene));
    const events = ports.store.commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
    const [lost, ...others] = events;
    const related = scene.tokens.map(({ id }) => id).sort();
    expect(lost).toMatchObject({ type: 'user.device-lost', subject: scene.user.id });
    expect([...(lost?.related ?? [])].sort()).toEqual(related);
    const deactivated = others.filter(({ type }) => type === 'token.updated').map(({ subject }) => subject);
    expect(deactivated.sort()).toEqual(related);
  });

  test('named more than once is one, and with one that is not the user’s nothing is deactivated', async () => {
    const [scene, other] = [await setStage(), await setStage()];
    const [first, theirs] = [
      scene.tokens[0]?.id ?? 'tok_00000000000',
      other.tokens[0]?.id ?? 'tok_00000000000',
    ] as const;
    expect(await report(scene, { tokens: [first, theirs] })).toEqual({ refused: 'TOKEN_NOT_FOUND' });
    for (const token of scene.tokens) expect(await token.stored()).toMatchObject({ enabled: true });
    expect(unwrap(await report(scene, { tokens: [first, first] })).tokens).toEqual([first]);
  });

  test('of recovery codes is reported by name alone', async () => {
    const scene = await setStage();
    const { id: paper } = await giveRecoveryCodes(scene);
    expect(unwrap(await report(scene, { tokens: [paper] })).tokens).toEqual([paper]);
    expect(await read(ports, tokenDocument.key(paper))).toMatchObject({ enabled: false });
  });

  test('with a link, nothing is changed where no link would help', async () => {
    const link = { replacement: 'link' } as const;
    const blocked = await setStage();
    unwrap(await updateUser(ports, blocked.account, blocked.user.id, { blocked: true }));
    expect(await report(blocked, link)).toEqual({ refused: 'USER_BLOCKED' });
    const off = await createFixture(ports, { tokens: [{}], user: { email: EMAIL } });
    expect(await report(off, link)).toEqual({ refused: 'ENROLMENT_OFF' });
    const elsewhere = await setStage();
    const other = await setStage();
    expect(await report(elsewhere, { ...link, resource: other.resource.id })).toEqual({
      refused: 'ASSIGNMENT_NOT_FOUND',
    });
    for (const { tokens, user } of [blocked, off, elsewhere]) {
      for (const token of tokens) expect(await token.stored()).toMatchObject({ enabled: true });
      expect(await read(ports, userDocument.key(user.id))).not.toHaveProperty('replacementsEndedAt');
    }
    expect(ports.courier.sent).toEqual([]);
    // Without a link the user may be blocked, and may have no address.
    unwrap(await report(blocked));
    await overwrite(ports, userDocument.key(off.user.id), { email: undefined as never });
    unwrap(await report(off));
  });

  test('a link ends at its own time and leads where it is said to, in the language asked for', async () => {
    const scene = await setStage();
    const { id: resource } = scene.resource;
    const { expiresAt } = unwrap(await report(scene, { replacement: 'link', resource, language: 'fr' }));
    const link = ports.courier.sent.find(({ kind }) => kind === 'enrolment-link');
    expect(link).toMatchObject({ to: EMAIL, language: 'fr', facts: { lifetimeMs: expiresAt - ports.clock.now() } });
    expect(JSON.stringify(link)).toContain(resource);
    expect(ports.courier.sent.find(({ kind }) => kind === 'security-notice')).toMatchObject({ language: 'fr' });
    const stored = await read(ports, userDocument.key(scene.user.id));
    expect(stored).toMatchObject({ replacementsEndedAt: ports.clock.now() });
  });

  test('is told in the language and with the name of the only resource, and otherwise in English', async () => {
    const appearance = { locale: 'de', name: 'Shop', accentColour: '#123456' } as never;
    const scene = await createFixture(ports, { tokens: [{}], user: { email: EMAIL }, resource: { appearance } });
    unwrap(await report(scene));
    const told = () => ports.courier.sent.filter(({ kind }) => kind === 'security-notice');
    await waitUntil('the notice', () => told().length === 1);
    expect(told()).toMatchObject([{ language: 'de', brand: expect.anything() }]);
    expect(told()[0]?.facts).not.toHaveProperty('address');
    const second = await addResource(ports, scene.account, { appearance });
    unwrap(await assign(ports, { account: scene.account, resource: second.id, user: scene.user.id }));
    unwrap(await report(scene));
    await waitUntil('the second notice', () => told().length === 2);
    expect(told()[1]).toMatchObject({ language: 'en' });
    expect(told()[1]?.brand).toBeUndefined();
  });

  // SR-69. The attack: while the loss is reported, the thief sets up a token of their own.
  test('SR-69: a token that is added meanwhile is deactivated as well, and a deleted one is none', async () => {
    const scene = await setStage();
    const { account, user, tokens } = scene;
    let late: FixtureToken | undefined;
    ports.store.intercept.commit = async (change, go) => {
      const outcome = await go();
      if (touches(change, 'user')) {
        ports.store.intercept.commit = undefined;
        late = await addToken(ports, account, { owner: user.id });
        unwrap(await assign(ports, { account, resource: scene.resource.id, user: user.id, token: late.id }));
      }
      return outcome;
    };
    const done = unwrap(await report(scene));
    expect([...done.tokens].sort()).toEqual([...tokens, ...(late ? [late] : [])].map(({ id }) => id).sort());
    expect(await late?.stored()).toMatchObject({ enabled: false });
  });

  test('SR-69: a user who is gone, or another’s by now, is refused, and so is one of another account', async () => {
    const [scene, other] = [await setStage(), await setStage()];
    const { id } = scene.user;
    expect(await reportLostDevice(ports, operatorContext(other.account), id, {})).toEqual({
      refused: 'USER_NOT_FOUND',
    });
    let reads = 0;
    ports.store.intercept.read = async (keys) => {
      if (!keys.some(({ anchor, name }) => anchor === id && name === 'user') || reads++ < 1) return;
      ports.store.intercept.read = undefined;
      await overwrite(ports, userDocument.key(id), { account: other.account });
    };
    expect(await report(scene)).toEqual({ refused: 'USER_NOT_FOUND' });
    expect(reads).toBe(2);
    for (const token of scene.tokens) expect(await token.stored()).toMatchObject({ enabled: true });
  });

  // SR-67. The attack: an administrator of one resource ends what another one accepts.
  test('SR-67: with a token that another resource accepts by itself is not reported by an administrator of one', async () => {
    const scene = await setStage();
    const { account, resource, user, tokens } = scene;
    const elsewhere = await addResource(ports, account);
    const [, second] = tokens;
    unwrap(await assign(ports, { account, resource: elsewhere.id, token: second?.id ?? 'tok_00000000000' }));
    const id = 'adm_00000000001' as never;
    const actor: Actor = { kind: 'administrator', account, id, role: 'administrator', resources: [resource.id] };
    expect(await reportLostDevice(ports, { actor }, user.id, {})).toEqual({ refused: 'FORBIDDEN' });
    for (const token of tokens) expect(await token.stored()).toMatchObject({ enabled: true });
    const own = tokens[0]?.id ?? 'tok_00000000000';
    expect(unwrap(await reportLostDevice(ports, { actor }, user.id, { tokens: [own] })).tokens).toEqual([own]);
  });

  /** Runs the work once, as soon as the first of the tokens is deactivated. */
  function afterFirst(scene: Fixture, work: (other: FixtureToken) => Promise<unknown>): void {
    ports.store.intercept.commit = async (change, go) => {
      const outcome = await go();
      if (!touches(change, 'token')) return outcome;
      ports.store.intercept.commit = undefined;
      for (const token of scene.tokens) if (token.id !== change.anchor) await work(token);
      return outcome;
    };
  }

  test('a token that is deleted meanwhile is passed over', async () => {
    const scene = await setStage();
    afterFirst(scene, async ({ id }) => {
      const key = tokenDocument.key(id);
      const now = ports.clock.now();
      await ports.store.commit({ anchor: key.anchor, operation: 'deletes it', now, expect: [], delete: [key] });
    });
    unwrap(await report(scene));
    expect(ports.courier.last('security-notice', EMAIL)).toMatchObject({ change: 'device-lost' });
  });

  test('a token that is another user’s meanwhile is left to them', async () => {
    const [scene, other] = [await setStage(), await setStage()];
    afterFirst(scene, ({ id }) => overwrite(ports, tokenDocument.key(id), { owner: other.user.id }));
    expect(await report(scene)).toEqual({ refused: 'CONTENTION' });
    const enabled = await Promise.all(scene.tokens.map(async (token) => (await token.stored()).enabled));
    expect(enabled.sort()).toEqual([false, true]);
  });
});
