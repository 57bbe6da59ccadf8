import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Mail } from '../../../kernel/mail.ts';
import { MailerUnavailable } from '../../../kernel/ports/mailer.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { DAY_MS, MINUTE_MS } from '../../../kernel/time.ts';
import { PASSWORD_RESET_LIFETIME_MS, RESETS_PER_ADDRESS, RESETS_PER_USER } from '../../../messages/reset-mail.ts';
import { authenticate, operatorContext, updateUser } from '../../../testing/as-operator.ts';
import { fakeHash } from '../../../testing/fake-hasher.ts';
import {
  addUser,
  createFixture,
  type Fixture,
  NONCE,
  ORIGIN,
  PASSWORD,
  read,
  unwrap,
} from '../../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { nameClaimDocument, userDocument } from '../../../users/documents.ts';
import { startFlow } from '../../start/start-flow.ts';
import { STEPS } from '../../steps.ts';
import { submitStep } from '../../submit-step.ts';
import { passwordResetDocument } from './documents.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { viewReset } from './reset-link.ts';
import { resetPassword } from './reset-password.ts';
import { startPasswordReset } from './start-password-reset.ts';

const NEW = 'seven quiet marmots';
let ports: TestPorts;
let scene: Fixture;
let addresses = 0;

beforeAll(async () => {
  ports = await openTestPorts('password-reset');
});
afterAll(() => ports.close());
beforeEach(async () => {
  ports.courier.sent.length = 0;
  ports.hasher.during = undefined;
  scene = await createFixture(ports, {
    resource: { passwordReset: true },
    user: { email: 'alice@shop.example' },
    tokens: [{}],
  });
});

const from = (address = `198.51.${Math.floor(addresses / 200)}.${1 + (addresses++ % 200)}`) => ({ address });
const ask = (name: string, client = from(), resource = scene.resource.id) =>
  requestPasswordReset(ports, client, { resource, name, language: 'en' });
const redeem = (link: string, password = NEW) => resetPassword(ports, from(), { link, password, language: 'en' });

/** Requests a reset and reads the link's secret from the mail. */
async function linkFor(name = 'alice'): Promise<string> {
  await unwrap(await ask(name)).deliver();
  return linkIn(ports.courier.sent.at(-1));
}

function linkIn(mail: Mail | undefined): string {
  const path = mail?.kind === 'password-reset' ? mail.facts.path : '';
  const [, link] = /^\/reset\/password\?lang=en&resource=res_\w+#(\S+)$/.exec(path) ?? [];
  if (link === undefined) throw new Error('no link in the mail');
  return link;
}

const signIn = (password: string) =>
  authenticate(ports, {
    account: scene.account,
    resource: scene.resource.id,
    user: 'alice',
    method: 'password',
    password,
  });

async function lastEvent() {
  const { store } = ports;
  const streams = await Promise.all(
    Array.from({ length: store.partitions }, (_, partition) => store.readEvents(partition, 0, 1000)),
  );
  return streams.flat().at(-1)?.event;
}

// SR-40
describe('requesting a link', () => {
  test('mails it to the user, by any of their names, and to no other address', async () => {
    for (const name of ['alice', 'ALICE@shop.example']) {
      ports.courier.sent.length = 0;
      await linkFor(name);
      expect(ports.courier.sent.map(({ to }) => to)).toEqual(['alice@shop.example']);
    }
    expect(ports.courier.sent[0]?.facts).toMatchObject({ login: 'alice', lifetimeMs: PASSWORD_RESET_LIFETIME_MS });
  });

  test('reveals nothing to an attacker: unknown, blocked, unassigned, without mail or password, all get the same answer', async () => {
    const { account, resource } = scene;
    const other = await addUser(ports, account, resource, { user: { login: 'nomail' } });
    await addUser(ports, account, resource, {
      user: { login: 'codeonly', email: 'c@shop.example' },
      password: false,
    });
    await addUser(ports, account, resource, { user: { login: 'nowhere', email: 'n@shop.example' }, alone: false });
    await addUser(ports, account, resource, { user: { login: 'blocked', email: 'b@shop.example' } });
    const blocked = await read(ports, nameClaimDocument.key(account, 'blocked'));
    unwrap(await updateUser(ports, account, blocked.user, { blocked: true }));
    expect(other.user.email).toBeUndefined();

    const seen: unknown[] = [];
    for (const name of ['alice', 'unknown', 'nomail', 'codeonly', 'nowhere', 'blocked']) {
      const before = ports.store.commits.length;
      const verdict = unwrap(await ask(name));
      seen.push({ keys: Object.keys(verdict), commits: ports.store.commits.length - before });
      await verdict.deliver();
    }
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(seen[0]).toEqual({ keys: ['deliver'], commits: 1 });
    expect(ports.courier.sent.map(({ to }) => to)).toEqual(['alice@shop.example']);
  });

  test('does not reveal which users exist while the mailer is down', async () => {
    ports.courier.down = true;
    const verdict = unwrap(await ask('alice'));
    await expect(verdict.deliver()).rejects.toThrow(MailerUnavailable);
    ports.courier.down = false;
  });

  test('limits the mails to one mailbox, and to many from one network', async () => {
    for (let i = 0; i < RESETS_PER_USER + 3; i++) await unwrap(await ask('alice')).deliver();
    expect(ports.courier.sent).toHaveLength(RESETS_PER_USER);

    const here = from('203.0.113.77');
    for (let i = 0; i < RESETS_PER_ADDRESS; i++) unwrap(await ask(`nobody-${i}`, here));
    expect(await ask('alice', here)).toMatchObject({ refused: 'RATE_LIMITED' });
    expect(await ask('alice', from())).not.toHaveProperty('refused');
  });

  // SR-49. The attack: request resets until the mail limit is used up, so that the user cannot get a link.
  test('SR-49: after the mail limit is used up, the last mailed link stays valid until the next mail is allowed', async () => {
    for (let minute = 0; minute < 130; minute++) {
      await unwrap(await ask('alice')).deliver();
      expect(await viewReset(ports, linkIn(ports.courier.sent.at(-1)), undefined)).not.toHaveProperty('refused');
      ports.clock.advance(60_000);
    }
    expect(ports.courier.sent.length).toBeLessThanOrEqual(5 * RESETS_PER_USER);
  });

  // SR-77. The attack: a mailbox is flooded for a day from many networks, by requests for a name or for made-up ones.
  test('SR-77: a mailbox gets at most 54 mails a day, and its user is never without a link that works', async () => {
    ports.clock.advance(DAY_MS - (ports.clock.now() % DAY_MS));
    for (let at = 0; at < DAY_MS; at += 5 * MINUTE_MS) {
      await unwrap(await ask('alice')).deliver();
      await unwrap(await ask('unknown')).deliver();
      expect(await viewReset(ports, linkIn(ports.courier.sent.at(-1)), undefined)).not.toHaveProperty('refused');
      ports.clock.advance(5 * MINUTE_MS);
    }
    expect(ports.courier.sent).toHaveLength(54);
    ports.courier.sent.length = 0;
    await linkFor('alice');
    await linkFor('alice');
    expect(ports.courier.sent).toHaveLength(RESETS_PER_USER);
  });

  test('is refused where the resource does not offer it', async () => {
    const closed = await createFixture(ports, { user: { email: 'alice@shop.example' } });
    expect(await ask('alice', from(), closed.resource.id)).toEqual({ refused: 'NOT_FOUND' });
  });

  test('writes one event, without the typed name', async () => {
    unwrap(await ask('alice'));
    unwrap(await ask('a-name-nobody-has'));
    const events: unknown[] = [];
    for (let partition = 0; partition < ports.store.partitions; partition++) {
      events.push(...(await ports.store.readEvents(partition, 0, 1000)).map(({ event }) => event));
    }
    const asked = events.slice(-2);
    expect(asked[0]).toMatchObject({ type: 'user.password-reset-asked', subject: scene.user.id, outcome: 'done' });
    expect(asked[1]).toMatchObject({ type: 'user.password-reset-asked', outcome: 'refused', reason: 'USER_NOT_FOUND' });
    expect(JSON.stringify(events)).not.toContain('a-name-nobody-has');
  });
});

// SR-40
describe('the link', () => {
  test('sets a new password once, notifies its user, and is used up', async () => {
    const link = await linkFor();
    expect(await viewReset(ports, link, undefined)).toEqual({
      login: 'alice',
      secondFactor: false,
      resource: scene.resource.id,
    });
    await unwrap(await redeem(link)).deliver();
    expect((await read(ports, userDocument.key(scene.user.id))).passwordHash).toBe(fakeHash(NEW));
    expect(ports.courier.sent.at(-1)).toMatchObject({
      kind: 'security-notice',
      to: 'alice@shop.example',
      facts: { change: 'password' },
    });
    expect(await lastEvent()).toMatchObject({ type: 'user.password-reset', subject: scene.user.id });

    expect(await redeem(link, 'another one, long enough')).toEqual({ refused: 'RESET_LINK_INVALID' });
    expect(await signIn(NEW)).toMatchObject({ user: { id: scene.user.id } });
  });

  test('of fifty uses at once, one sets the password', async () => {
    const link = await linkFor();
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => redeem(link, `seven quiet marmots ${i}`)));
    const won = all.findIndex((verdict) => !isRefusal(verdict));
    expect(all.filter((verdict) => !isRefusal(verdict))).toHaveLength(1);
    expect((await read(ports, userDocument.key(scene.user.id))).passwordHash).toBe(
      fakeHash(`seven quiet marmots ${won}`),
    );
  });

  test('is not in the store, and has no other valid secret', async () => {
    const link = await linkFor();
    const stored = await read(ports, passwordResetDocument.key(scene.user.id));
    expect(JSON.stringify(stored)).not.toContain(link.split('.')[1]);
    const other = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [other, '', scene.user.id, `${scene.user.id}.`, `usr_00000000000.${link.split('.')[1]}`]) {
      expect(await redeem(wrong)).toEqual({ refused: 'RESET_LINK_INVALID' });
    }
  });

  test.each<[string, () => unknown]>([
    ['its time is over', () => ports.clock.advance(PASSWORD_RESET_LIFETIME_MS)],
    ['a newer one was sent', () => linkFor()],
    ['the user was blocked', () => updateUser(ports, scene.account, scene.user.id, { blocked: true })],
    [
      'the password was changed',
      () => updateUser(ports, scene.account, scene.user.id, { password: 'changed by hand now' }),
    ],
  ])('is void once %s', async (_name, happen) => {
    const link = await linkFor();
    await happen();
    expect(await viewReset(ports, link, undefined)).toEqual({ refused: 'RESET_LINK_INVALID' });
    expect(await redeem(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
  });

  test('is void if that happens while the new password is hashed', async () => {
    const link = await linkFor();
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      unwrap(await updateUser(ports, scene.account, scene.user.id, { blocked: true }));
    };
    expect(await redeem(link)).toEqual({ refused: 'RESET_LINK_INVALID' });
    expect((await read(ports, userDocument.key(scene.user.id))).passwordHash).toBe(fakeHash(PASSWORD));
  });

  test('rejects a password that breaks the rule, and stays valid after the attempt', async () => {
    const link = await linkFor();
    const hashed = ports.hasher.hashed;
    expect(await redeem(link, 'short')).toMatchObject({ refused: 'PASSWORD_TOO_SHORT' });
    expect(await redeem(link, 'password1234567')).toMatchObject({ refused: 'PASSWORD_COMMON', flaw: 'listed' });
    expect(await redeem(link, 'alice@shop.2027')).toMatchObject({ refused: 'PASSWORD_COMMON', flaw: 'personal' });
    expect(ports.hasher.hashed).toBe(hashed);
    unwrap(await redeem(link));
  });
});

// SR-40
describe('a reset is no bypass of', () => {
  async function flowAtCode() {
    const flows = { ...ports, issuer: 'https://auth.example' };
    const begun = unwrap(
      await startFlow(flows, { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN, client: from() }),
    );
    const step = { handle: begun.handle, client: from() };
    await submitStep(flows, STEPS.identify, { ...step, seq: 0 }, { login: 'alice' });
    return { flows, step };
  }

  test('the second factor: a new password alone is still followed by the code', async () => {
    unwrap(await redeem(await linkFor()));
    const { flows, step } = await flowAtCode();
    expect(await submitStep(flows, STEPS.password, { ...step, seq: 1 }, { password: NEW })).toMatchObject({
      step: 'otp',
    });
  });

  test('the password check: a sign-in under way with the old password ends, though its code is right', async () => {
    const { flows, step } = await flowAtCode();
    expect(await submitStep(flows, STEPS.password, { ...step, seq: 1 }, { password: PASSWORD })).toMatchObject({
      step: 'otp',
    });
    unwrap(await redeem(await linkFor()));
    const otp = (await scene.tokens[0]?.code()) ?? '';
    expect(await submitStep(flows, STEPS.otp, { ...step, seq: 2 }, { otp })).toMatchObject({ step: 'denied' });
  });

  // SR-49
  test('the waits after wrong passwords: a reset does not clear them', async () => {
    const account = scene.account;
    const guess = (address: string) =>
      authenticate(ports, {
        account,
        resource: scene.resource.id,
        user: 'alice',
        method: 'password',
        password: 'guess',
        address,
      });
    for (let i = 0; i < 6; i++) await guess('203.0.113.9');
    unwrap(await redeem(await linkFor()));
    expect(await guess('203.0.113.9')).toMatchObject({ refused: 'TOO_MANY_ATTEMPTS' });
  });
});

// SR-41
describe('a reset that an administrator starts', () => {
  const start = (id = scene.user.id, act = operatorContext(scene.account)) =>
    startPasswordReset(ports, act, id, { language: 'en' });

  test('is mailed to the user alone: its starter sees neither link nor password', async () => {
    const answer = unwrap(await start());
    expect(Object.keys(answer)).toEqual(['expiresAt']);
    unwrap(await redeem(linkIn(ports.courier.sent.at(-1))));
  });

  test('gives a first password to a user without one', async () => {
    const { account, resource } = scene;
    const { user } = await addUser(ports, account, resource, {
      user: { login: 'bob', email: 'bob@shop.example' },
      password: false,
    });
    unwrap(await start(user.id));
    unwrap(await redeem(linkIn(ports.courier.sent.at(-1))));
    expect((await read(ports, userDocument.key(user.id))).passwordHash).toBe(fakeHash(NEW));
  });

  test('is refused without an address, for blocked and unknown users, and where the actor has no right', async () => {
    const { account, resource } = scene;
    const { user } = await addUser(ports, account, resource, { user: { login: 'carol' } });
    expect(await start(user.id)).toEqual({ refused: 'EMAIL_MISSING' });
    const elsewhere = await createFixture(ports);
    expect(await start(elsewhere.user.id)).toEqual({ refused: 'USER_NOT_FOUND' });
    const administrator = { kind: 'administrator', account, id: 'adm_00000000001', role: 'administrator' } as const;
    expect(await start(scene.user.id, { actor: { ...administrator, resources: [] } })).toEqual({
      refused: 'FORBIDDEN',
    });
    unwrap(await updateUser(ports, account, scene.user.id, { blocked: true }));
    expect(await start()).toEqual({ refused: 'USER_BLOCKED' });
    expect(ports.courier.sent).toEqual([]);
  });

  // SR-3
  test('is an outage when the mailer is', async () => {
    ports.courier.down = true;
    await expect(start()).rejects.toThrow('sending a mail failed');
    ports.courier.down = false;
  });
});
