import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CONFIRMATION_ATTEMPTS, CONFIRMATION_LIFETIME_MS } from '../administrators/administrator-link.ts';
import { rememberEnvironment } from '../browsers/remember-environment.ts';
import { sealEvents } from '../events/seal-events.ts';
import { actOf } from '../flows/flow-events.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { updateUser } from '../testing/as-operator.ts';
import { addPerson, type Fixture, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import type { LoginDriver } from '../testing/login-driver.ts';
import { createSelfServiceFixture, EVERYTHING, shownIn, toSelf } from '../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { userDocument } from '../users/documents.ts';
import { askOwnEmail, confirmOwnEmail, dropOwnEmail } from './change-email.ts';
import { changeOwnNames } from './change-names.ts';
import { changeOwnPassword } from './change-password.ts';
import { forgetOwnBrowsers } from './forget-browsers.ts';
import { reauthenticateUser } from './reauthenticate.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';
import { PROOF_FRESH_MS } from './self-service.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('own-details');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.courier.down = false;
  ports.clock.advance(24 * 3_600_000);
});

const OLD = 'alice@shop.example';
const NEW = 'alice@new.example';
const setStage = () => createSelfServiceFixture(ports, { tokens: [{}], alone: true });
const stored = ({ user }: Fixture) => read(ports, userDocument.key(user.id));
const codeTo = (address: string) => ports.courier.last('confirmation-code', address).code;
const ask = (walk: LoginDriver, email: string) => walk.self(askOwnEmail, { email });
const confirm = (walk: LoginDriver, code: string) => walk.self(confirmOwnEmail, { code });

async function eventsSince(before: number): Promise<AccountEvent[]> {
  const all = await ports.store.readEvents(0, before, 1000);
  return all.map(({ event }) => event as unknown as AccountEvent);
}
const lastEvent = async () => (await ports.store.readEvents(0, 0, 1_000_000)).at(-1)?.sequence ?? 0;

// SR-38
describe('the e-mail address', () => {
  test('is not another one before its mailbox is proven; then the old one is told', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    expect(await ask(walk, NEW)).toMatchObject({ step: 'self', self: { pendingEmail: NEW } });
    expect((await stored(scene)).email).toBe(OLD);
    const before = await lastEvent();
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ step: 'self', self: { person: { email: NEW } } });
    expect(shownIn(walk.view).pendingEmail).toBeUndefined();
    expect((await stored(scene)).email).toBe(NEW);
    expect(ports.courier.last('security-notice', OLD)).toMatchObject({ change: 'email' });
    expect(await eventsSince(before)).toMatchObject([
      { type: 'user.updated', actor: { kind: 'user', id: scene.user.id }, changed: ['email'] },
    ]);
  });

  test('guesses at the code end with the address', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    for (let at = 0; at < CONFIRMATION_ATTEMPTS; at++) {
      expect(await confirm(walk, `0000-000${at}`)).toMatchObject({ error: { code: 'CONFIRMATION_WRONG' } });
    }
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    expect((await stored(scene)).email).toBe(OLD);
  });

  // SR-34. The attack: the code is guessed on a page that was left open, and nothing tells of it.
  test('SR-34: each guess is one event in the commit that counts it, without what was typed', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    const before = await lastEvent();
    for (let at = 0; at < CONFIRMATION_ATTEMPTS + 1; at++) await confirm(walk, `0000-000${at}`);
    const told = await eventsSince(before);
    expect(told).toEqual(
      Array(CONFIRMATION_ATTEMPTS).fill(
        expect.objectContaining({
          type: 'user.refused',
          subject: scene.user.id,
          actor: { kind: 'user', id: scene.user.id },
          outcome: 'refused',
          reason: 'CONFIRMATION_WRONG',
        }),
      ),
    );
    expect(JSON.stringify(told)).not.toMatch(/0000-000|new@/);
  });

  test('guesses over many pages are bounded by the mails that a person, and an address, can be sent', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    for (let at = 0; at < 3; at++) expect(await ask(walk, NEW)).not.toHaveProperty('error');
    expect(await ask(walk, NEW)).toMatchObject({ error: { code: 'CODE_LIMIT' } });
    expect(await ask(walk, 'alice@third.example')).toMatchObject({ error: { code: 'CODE_LIMIT' } });
    const user = { login: 'bob', email: 'bob@shop.example' };
    const bob = await addPerson(ports, scene.account, scene.resource, { user, tokens: [{}], alone: true });
    expect(await ask(await toSelf(bob), NEW)).toMatchObject({ error: { code: 'CODE_LIMIT' } });
  });

  // SR-48. The attack: an account of one's own, whose users name the victim's new address until it gets no more mail.
  test('SR-48: mails that users of another account had sent to an address do not count', async () => {
    const attacker = await toSelf(await setStage());
    for (let at = 0; at < 4; at++) await ask(attacker, NEW);
    expect(attacker.view).toMatchObject({ error: { code: 'CODE_LIMIT' } });
    const victim = await toSelf(await setStage());
    expect(await ask(victim, NEW)).toMatchObject({ step: 'self', self: { pendingEmail: NEW } });
  });

  test('a code of another address, of another page or of another person is none', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    const first = codeTo(NEW);
    await ask(walk, 'alice@third.example');
    expect(await confirm(walk, first)).toMatchObject({ error: { code: 'CONFIRMATION_WRONG' } });
    ports.clock.advance(30_000);
    const again = await toSelf(scene);
    expect(await confirm(again, codeTo('alice@third.example'))).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    const other = await toSelf(await setStage());
    await ask(other, 'mallory@shop.example');
    expect(await confirm(other, codeTo('alice@third.example'))).toMatchObject({
      error: { code: 'CONFIRMATION_WRONG' },
    });
  });

  test('the code is good for its time, and a mail that is slower than the proof is fresh is in time', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    ports.clock.advance(PROOF_FRESH_MS);
    expect(await ask(walk, 'alice@third.example')).toMatchObject({ error: { code: 'PROOF_NEEDED' } });
    await walk.self(reauthenticateUser, {});
    await walk.password();
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    ports.clock.advance(PROOF_FRESH_MS);
    expect(shownIn(walk.view).pendingEmail).toBe(NEW);
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ self: { person: { email: NEW } } });

    const late = await setStage();
    const slow = await toSelf(late);
    await ask(slow, NEW.replace('new', 'late'));
    ports.clock.advance(PROOF_FRESH_MS);
    await slow.self(reauthenticateUser, {});
    await slow.password();
    await slow.otp((await late.tokens[0]?.code()) ?? '');
    ports.clock.advance(CONFIRMATION_LIFETIME_MS - PROOF_FRESH_MS);
    expect(await confirm(slow, codeTo(NEW.replace('new', 'late')))).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
  });

  test('nobody learns here whose address it is: that somebody has it is told to whoever reads its mail', async () => {
    const scene = await setStage();
    await addPerson(ports, scene.account, scene.resource, { user: { login: 'bob', email: 'bob@shop.example' } });
    const walk = await toSelf(scene);
    expect(await ask(walk, 'bob@shop.example')).toMatchObject({ self: { pendingEmail: 'bob@shop.example' } });
    expect(walk.view.error).toBeUndefined();
    expect(await confirm(walk, codeTo('bob@shop.example'))).toMatchObject({ error: { code: 'NAME_TAKEN' } });
    expect((await stored(scene)).email).toBe(OLD);
  });

  test('it ends the other pages of the person, and this one goes on', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    ports.clock.advance(30_000);
    const other = await toSelf(scene);
    await ask(walk, NEW);
    await confirm(walk, codeTo(NEW));
    expect(await other.look()).toMatchObject({ step: 'denied' });
    expect(await walk.look()).toMatchObject({ step: 'self' });
  });

  test('a change from elsewhere between asking and confirming wins', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    unwrap(await updateUser(ports, scene.account, scene.user.id, { email: 'office@shop.example' }));
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ step: 'denied' });
    expect((await stored(scene)).email).toBe('office@shop.example');
  });

  test('without mail nothing waits; what waits may be dropped', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    ports.courier.down = true;
    expect(await ask(walk, NEW)).toMatchObject({ error: { code: 'CODE_NOT_SENT' } });
    expect(shownIn(walk.view).pendingEmail).toBeUndefined();
    ports.courier.down = false;
    await ask(walk, NEW);
    await walk.self(dropOwnEmail, {});
    expect(shownIn(walk.view).pendingEmail).toBeUndefined();
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
  });

  test.each(['alice@new.example, mallory@shop.example', 'Alice <a@b.example>', 'no address'])(
    'what could be read as another address is none: %s',
    async (email) => {
      const walk = await toSelf(await setStage());
      expect(await ask(walk, email)).toMatchObject({ error: { code: 'INPUT_INVALID' } });
      expect(ports.courier.sent).toEqual([]);
    },
  );
});

describe('names', () => {
  test('are changed and taken away, as far as the resource leaves them to people', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    const before = await lastEvent();
    expect(await walk.self(changeOwnNames, { names: { firstName: 'Alice', secondName: 'Ash' } })).toMatchObject({
      self: { person: { firstName: 'Alice', secondName: 'Ash' } },
    });
    expect(await eventsSince(before)).toMatchObject([{ type: 'user.updated', changed: ['firstName', 'secondName'] }]);
    await walk.self(changeOwnNames, { names: { secondName: '' } });
    expect(shownIn(walk.view).person).toEqual({ login: 'alice', email: OLD, firstName: 'Alice' });
    expect(await walk.look()).toMatchObject({ step: 'self' });
  });

  test('of which one is not theirs to change, none is changed', async () => {
    const policy = { ...EVERYTHING, details: ['firstName' as const] };
    const scene = await createSelfServiceFixture(ports, { resource: { selfService: policy } });
    const walk = await toSelf(scene);
    const names = { firstName: 'Alice', secondName: 'Ash' };
    expect(await walk.self(changeOwnNames, { names })).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
    expect(await walk.self(askOwnEmail, { email: NEW })).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
    expect((await stored(scene)).firstName).toBeUndefined();
  });
});

test('browsers are forgotten on their owner’s word, and told of', async () => {
  const check = { action: 'demand-otp', threshold: 60 } as const;
  const weights = { language: 10, zone: 10, platform: 10, screen: 10, colourDepth: 10, browser: 10 };
  const scene = await createSelfServiceFixture(ports, {
    tokens: [{}],
    alone: true,
    resource: { environment: { ...check, weights } },
  });
  const { account, user, resource } = scene;
  const blinded = { language: 'a', zone: 'b' } as never;
  await rememberEnvironment(ports, actOf({ account, user: user.id }, {}), {
    user: user.id,
    resource: resource.id,
    blinded,
  });
  const walk = await toSelf(scene);
  expect(shownIn(walk.view)).toMatchObject({ may: { forgetBrowsers: true }, browsers: expect.any(Number) });
  const before = await lastEvent();
  await walk.self(forgetOwnBrowsers, {});
  expect(shownIn(walk.view).browsers).toBeUndefined();
  expect(await eventsSince(before)).toMatchObject([{ type: 'user.environments-forgotten', subject: user.id }]);
});

// SR-34
test('an act is one event for each change, of the person; a wrong password is told of as at a sign-in', async () => {
  const scene = await setStage();
  const walk = await toSelf(scene);
  const before = await lastEvent();
  await walk.self(changeOwnPassword, { current: 'wrong', password: 'a quite different set of words' });
  await walk.self(changeOwnPassword, { current: PASSWORD, password: 'a quite different set of words' });
  await walk.self(renewRecoveryCodes, {});
  const actor = { kind: 'user', id: scene.user.id };
  expect(await eventsSince(before)).toMatchObject([
    { type: 'authentication', outcome: 'refused', reason: 'INVALID_CREDENTIALS', actor },
    { type: 'user.updated', changed: ['passwordHash'], actor },
    { type: 'token.created', actor },
    { type: 'assignment.created', actor },
  ]);
});

test('the sign-ins that are shown are the person’s own to this resource, failed ones too', async () => {
  const scene = await setStage();
  const mate = await addPerson(ports, scene.account, scene.resource, { user: { login: 'bob' } });
  await toSelf(mate);
  const first = await toSelf(scene, { address: '203.0.113.7' });
  expect(first.view.step).toBe('self');
  await first.self(changeOwnPassword, { current: 'wrong', password: 'a quite different set of words' });
  await sealEvents(ports);
  const shown = await first.look();
  if ('refused' in shown) throw new Error(shown.refused);
  expect(shownIn(shown).signIns).toMatchObject([
    { granted: false, factors: ['password'] },
    { granted: true, factors: ['password', 'otp'], address: '203.0.113.7' },
  ]);
  expect(shownIn(shown).tokens[0]?.lastUsedAt).toBe(shownIn(shown).signIns[1]?.at);
});
