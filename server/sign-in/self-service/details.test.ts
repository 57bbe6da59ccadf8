import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rememberEnvironment } from '../../browsers/remember-environment.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { CONFIRMATION_ATTEMPTS, CONFIRMATION_LIFETIME_MS } from '../../messages/confirmation.ts';
import { updateUser } from '../../testing/as-operator.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { addUser, type Fixture, PASSWORD, read, unwrap } from '../../testing/fixtures.ts';
import type { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, EVERYTHING, shownIn, toSelf } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { userDocument } from '../../users/documents.ts';
import { userContext } from '../flow-events.ts';
import { cancelEmailChange, confirmEmailChange, requestEmailChange } from './change-email.ts';
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
const ask = (walk: LoginDriver, email: string) => walk.self(requestEmailChange, { email });
const confirm = (walk: LoginDriver, code: string) => walk.self(confirmEmailChange, { code });

async function eventsSince(before: number): Promise<AccountEvent[]> {
  const all = await ports.store.readEvents(0, before, 1000);
  return all.map(({ event }) => event as unknown as AccountEvent);
}
const lastEvent = async () => (await ports.store.readEvents(0, 0, 1_000_000)).at(-1)?.sequence ?? 0;

// SR-38
describe('the email address', () => {
  test('changes only once its mailbox is proven; then the old one is notified', async () => {
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

  test('is discarded after too many guesses at the code', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    for (let at = 0; at < CONFIRMATION_ATTEMPTS; at++) {
      expect(await confirm(walk, `0000-000${at}`)).toMatchObject({ error: { code: 'CONFIRMATION_WRONG' } });
    }
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    expect((await stored(scene)).email).toBe(OLD);
  });

  // SR-34. The attack: guess the code on a page that was left open, without a trace.
  test('SR-34: each guess is one event in the commit that counts it, without the typed code', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    const before = await lastEvent();
    for (let at = 0; at < CONFIRMATION_ATTEMPTS + 1; at++) await confirm(walk, `0000-000${at}`);
    const recorded = await eventsSince(before);
    expect(recorded).toEqual(
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
    expect(JSON.stringify(recorded)).not.toMatch(/0000-000|new@/);
  });

  test('limits guesses over many pages by the mails to one user and to one address', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    for (let at = 0; at < 3; at++) expect(await ask(walk, NEW)).not.toHaveProperty('error');
    expect(await ask(walk, NEW)).toMatchObject({ error: { code: 'CODE_LIMIT' } });
    expect(await ask(walk, 'alice@third.example')).toMatchObject({ error: { code: 'CODE_LIMIT' } });
    const user = { login: 'bob', email: 'bob@shop.example' };
    const bob = await addUser(ports, scene.account, scene.resource, { user, tokens: [{}], alone: true });
    expect(await ask(await toSelf(bob), NEW)).toMatchObject({ error: { code: 'CODE_LIMIT' } });
  });

  // SR-48. The attack: in an account of the attacker's, let users name the victim's address until it gets no more mail.
  test('SR-48: does not count the mails that users of another account had sent to an address', async () => {
    const attacker = await toSelf(await setStage());
    for (let at = 0; at < 4; at++) await ask(attacker, NEW);
    expect(attacker.view).toMatchObject({ error: { code: 'CODE_LIMIT' } });
    const victim = await toSelf(await setStage());
    expect(await ask(victim, NEW)).toMatchObject({ step: 'self', self: { pendingEmail: NEW } });
  });

  test('rejects the code of another address, of another page and of another user', async () => {
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

  test('accepts the code until it expires, also when the mail takes longer than the factors stay fresh', async () => {
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

  test('does not reveal here that another user has an address: only the reader of its mail is informed', async () => {
    const scene = await setStage();
    await addUser(ports, scene.account, scene.resource, { user: { login: 'bob', email: 'bob@shop.example' } });
    const walk = await toSelf(scene);
    expect(await ask(walk, 'bob@shop.example')).toMatchObject({ self: { pendingEmail: 'bob@shop.example' } });
    expect(walk.view.error).toBeUndefined();
    expect(await confirm(walk, codeTo('bob@shop.example'))).toMatchObject({ error: { code: 'NAME_TAKEN' } });
    expect((await stored(scene)).email).toBe(OLD);
  });

  test('ends the other pages of the user, and this one goes on', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    ports.clock.advance(30_000);
    const other = await toSelf(scene);
    await ask(walk, NEW);
    await confirm(walk, codeTo(NEW));
    expect(await other.look()).toMatchObject({ step: 'denied' });
    expect(await walk.look()).toMatchObject({ step: 'self' });
  });

  test('a change elsewhere between request and confirmation wins', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await ask(walk, NEW);
    unwrap(await updateUser(ports, scene.account, scene.user.id, { email: 'office@shop.example' }));
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ step: 'denied' });
    expect((await stored(scene)).email).toBe('office@shop.example');
  });

  test('without a mail server no change is offered, and none is begun', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    expect(shownIn(walk.view).may.email).toBe(true);
    ports.courier.isAbsent = true;
    expect(await ask(walk, NEW)).toMatchObject({ error: { code: 'MAIL_NOT_CONFIGURED' } });
    expect(shownIn(walk.view).may.email).toBe(false);
    delete ports.courier.isAbsent;
  });

  test('while the mail server is down no change is pending; a pending change can be cancelled', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    ports.courier.down = true;
    expect(await ask(walk, NEW)).toMatchObject({ error: { code: 'CODE_NOT_SENT' } });
    expect(shownIn(walk.view).pendingEmail).toBeUndefined();
    ports.courier.down = false;
    await ask(walk, NEW);
    await walk.self(cancelEmailChange, {});
    expect(shownIn(walk.view).pendingEmail).toBeUndefined();
    expect(await confirm(walk, codeTo(NEW))).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
  });

  test.each(['alice@new.example, mallory@shop.example', 'Alice <a@b.example>', 'no address'])(
    'refuses an ambiguous address: %s',
    async (email) => {
      const walk = await toSelf(await setStage());
      expect(await ask(walk, email)).toMatchObject({ error: { code: 'INPUT_INVALID' } });
      expect(ports.courier.sent).toEqual([]);
    },
  );
});

describe('names', () => {
  test('are changed and removed, where the resource allows it', async () => {
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

  test('are left unchanged when one of them is not the user’s to change', async () => {
    const policy = { ...EVERYTHING, details: ['firstName' as const] };
    const scene = await createSelfServiceFixture(ports, { resource: { selfService: policy } });
    const walk = await toSelf(scene);
    const names = { firstName: 'Alice', secondName: 'Ash' };
    expect(await walk.self(changeOwnNames, { names })).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
    expect(await walk.self(requestEmailChange, { email: NEW })).toMatchObject({ error: { code: 'SELF_SERVICE_OFF' } });
    expect((await stored(scene)).firstName).toBeUndefined();
  });
});

test('browsers are forgotten at their owner’s request, with an event', async () => {
  const check = { action: 'demand-otp', threshold: 60 } as const;
  const weights = { language: 10, zone: 10, platform: 10, screen: 10, colourDepth: 10, browser: 10 };
  const scene = await createSelfServiceFixture(ports, {
    tokens: [{}],
    alone: true,
    resource: { environment: { ...check, weights } },
  });
  const { account, user, resource } = scene;
  const blinded = { language: 'a', zone: 'b' } as never;
  await rememberEnvironment(ports, userContext({ account, user: user.id }, {}), {
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
test('an action writes one event per change, by the user; a wrong password writes the event of a sign-in', async () => {
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

test('shows the user’s own sign-ins to this resource, failed ones too', async () => {
  const scene = await setStage();
  const mate = await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' } });
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
