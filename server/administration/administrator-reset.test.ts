import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { administratorDocument } from '../administrators/documents.ts';
import { isRefusal } from '../kernel/result.ts';
import { DAY_MS, MINUTE_MS } from '../kernel/time.ts';
import { PASSWORD_RESET_LIFETIME_MS, RESETS_PER_ADDRESS, RESETS_PER_USER } from '../messages/reset-mail.ts';
import {
  ADMIN_PASSWORD,
  addActive,
  addAdministrator,
  codeOf,
  type FixtureAdministrator,
  invite,
  proofBy,
  selfServiceContext,
  signIn,
  toSecondFactor,
} from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { fakeHash } from '../testing/fake-hasher.ts';
import { createFixture, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { acceptRecovery } from './accept-link.ts';
import { removeAdministrator } from './change-administrator.ts';
import { confirmEmailChange, requestEmailChange } from './change-email.ts';
import { administratorResetDocument } from './documents.ts';
import { answerRecoveryCode, answerSignInOtp } from './login/answer-sign-in.ts';
import { authenticateSession, writeSession } from './login/authenticate-session.ts';
import { recoverAdministrator } from './recover-administrator.ts';
import { requestAdministratorReset } from './request-administrator-reset.ts';
import { resetAdministratorPassword } from './reset-administrator-password.ts';
import { changeOwnPassword } from './update-profile.ts';
import { viewLink } from './view-link.ts';

const NEW = 'seven quiet marmots';
const EMAIL = 'ada@acme.example';
const GONE = { refused: 'LINK_INVALID' };
let ports: TestPorts;
let ada: FixtureAdministrator;
let addresses = 0;

beforeAll(async () => {
  ports = await openTestPorts('administrator-reset');
});
afterAll(() => ports.close());
beforeEach(async () => {
  ports.courier.sent.length = 0;
  ports.hasher.during = undefined;
  const { account } = await createFixture(ports);
  ada = await addAdministrator(ports, account, { email: EMAIL, superuser: true });
  ports.courier.sent.length = 0;
});

const from = (address = `198.51.${Math.floor(addresses / 200)}.${1 + (addresses++ % 200)}`) => ({ address });
const ask = (email: string, client = from()) =>
  requestAdministratorReset(ports, client, { account: ada.account, email });
const redeem = (link: string, password = NEW) => resetAdministratorPassword(ports, from(), { link, password });
const view = (secret: string) => viewLink(ports, { kind: 'reset', secret });
const stored = () => read(ports, administratorDocument.key(ada.account, ada.id));

/** Requests a reset and reads the link's secret from the mail. */
async function linkFor(email = EMAIL): Promise<string> {
  await unwrap(await ask(email)).deliver();
  const { path } = ports.courier.last('password-reset', EMAIL);
  const [, link] = /^\/new-password#(\S+)$/.exec(path) ?? [];
  if (link === undefined) throw new Error('no link in the mail');
  return link;
}

async function lastEvents(count: number) {
  const { store } = ports;
  const all: unknown[] = [];
  for (let partition = 0; partition < store.partitions; partition++) {
    all.push(...(await store.readEvents(partition, 0, 1000)).map(({ event }) => event));
  }
  return all.slice(-count);
}

describe('requesting a link', () => {
  // SR-40. The attack: try addresses one by one to learn who is an administrator and who has no second factor yet.
  test('SR-40: every address gets the same answer and one commit, and no password is hashed', async () => {
    await addActive(ports, ada.account, { email: 'no-token@acme.example' });
    await invite(ports, ada.account, { email: 'invited@acme.example' });
    ports.courier.sent.length = 0;
    const hashed = ports.hasher.hashed;
    const seen: unknown[] = [];
    for (const email of [
      EMAIL,
      'nobody@acme.example',
      'no-token@acme.example',
      'invited@acme.example',
      'x',
      '\u0000',
    ]) {
      const before = ports.store.commits.length;
      const verdict = unwrap(await ask(email));
      seen.push({ keys: Object.keys(verdict), commits: ports.store.commits.length - before });
      await verdict.deliver();
    }
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ keys: ['deliver'], commits: 1 })]),
    );
    expect(ports.hasher.hashed).toBe(hashed);
    expect(ports.courier.sent.map(({ to, kind }) => [to, kind])).toEqual([[EMAIL, 'password-reset']]);
  });

  // SR-17. The attack: ask for links for a list of addresses, whose times show who is an administrator.
  test('SR-17: a request for an unknown address takes the trips of one for an administrator', async () => {
    await addActive(ports, ada.account, { email: 'no-token@acme.example' });
    const tripsOf = async (email: string) => {
      const trips: string[] = [];
      ports.store.intercept = {
        read: () => {
          trips.push('read');
        },
        commit: (_, go) => {
          trips.push('commit');
          return go();
        },
      };
      unwrap(await ask(email));
      ports.store.intercept = {};
      return trips;
    };
    const expected = await tripsOf(EMAIL);
    expect(expected).toContain('read');
    for (const email of ['nobody@acme.example', 'no-token@acme.example']) {
      expect(await tripsOf(email), email).toEqual(expected);
    }
  });

  test('accepts the address in any case, and mails a link of at most thirty minutes to the stored address', async () => {
    await linkFor('ADA@Acme.Example');
    const facts = ports.courier.last('password-reset', EMAIL);
    expect(facts).toMatchObject({ login: EMAIL, lifetimeMs: PASSWORD_RESET_LIFETIME_MS });
    expect(PASSWORD_RESET_LIFETIME_MS).toBeLessThanOrEqual(30 * 60_000);
  });

  // SR-40. The attack: flood one mailbox, or many mailboxes from one address.
  test('SR-40: limits requests per administrator silently, and per client network', async () => {
    for (let at = 0; at < RESETS_PER_USER + 3; at++) await unwrap(await ask(EMAIL)).deliver();
    expect(ports.courier.sent).toHaveLength(RESETS_PER_USER);
    const here = from('203.0.113.77');
    for (let at = 0; at < RESETS_PER_ADDRESS; at++) unwrap(await ask(`nobody-${at}@acme.example`, here));
    expect(await ask(EMAIL, here)).toMatchObject({ refused: 'RATE_LIMITED' });
    expect(await ask('nobody@acme.example', here)).toMatchObject({ refused: 'RATE_LIMITED' });
    expect(await ask(EMAIL, from())).not.toHaveProperty('refused');
  });

  // SR-49. The attack: request resets until the mail limit is used up, so that the administrator cannot get a link.
  test('SR-49: after the mail limit is used up, the last mailed link stays valid until the next mail is allowed', async () => {
    for (let minute = 0; minute < 130; minute++) {
      await unwrap(await ask(EMAIL)).deliver();
      const { path } = ports.courier.last('password-reset', EMAIL);
      expect(await view(String(path).split('#')[1] ?? '')).toEqual({});
      ports.clock.advance(60_000);
    }
    expect(ports.courier.sent.length).toBeLessThanOrEqual(5 * RESETS_PER_USER);
  });

  // SR-77. The attack: the mailbox of an administrator is flooded for a day from many networks.
  test('SR-77: a mailbox gets at most 54 mails a day, the last of them always with a link that works', async () => {
    ports.clock.advance(DAY_MS - (ports.clock.now() % DAY_MS));
    for (let at = 0; at < DAY_MS; at += 5 * MINUTE_MS) {
      await unwrap(await ask(EMAIL)).deliver();
      const { path } = ports.courier.last('password-reset', EMAIL);
      expect(await view(String(path).split('#')[1] ?? '')).toEqual({});
      ports.clock.advance(5 * MINUTE_MS);
    }
    expect(ports.courier.sent).toHaveLength(54);
  });

  test('answers the same for every address that no mail is configured, and writes nothing', async () => {
    const absent = { ...ports, courier: { isAbsent: true as const, send: async () => {} } };
    const before = ports.store.commits.length;
    for (const email of [EMAIL, 'nobody@acme.example']) {
      const input = { account: ada.account, email };
      expect(await requestAdministratorReset(absent, from(), input)).toEqual({ refused: 'MAIL_NOT_CONFIGURED' });
    }
    expect(ports.store.commits.length).toBe(before);
  });

  // SR-34, SR-35
  test('SR-34: writes one event per request, without an actor and without the typed text', async () => {
    unwrap(await ask(EMAIL));
    unwrap(await ask('an-address-nobody-has@acme.example'));
    const type = 'administrator.password-reset-asked';
    const [known, unknown] = await lastEvents(2);
    expect(known).toMatchObject({ type, outcome: 'done', subject: ada.id, actor: { kind: 'user' } });
    expect(unknown).toMatchObject({ type, outcome: 'refused', reason: 'ADMINISTRATOR_NOT_FOUND' });
    expect(unknown).not.toHaveProperty('subject');
    expect(JSON.stringify([known, unknown])).not.toContain('an-address-nobody-has');
  });

  // The attack: request resets for a known address, so that the operator's link becomes void.
  test('keeps a recovery link that the operator has made', async () => {
    const { link } = unwrap(await recoverAdministrator(ports, operatorContext(ada.account), ada.id));
    await linkFor();
    unwrap(await acceptRecovery(ports, {}, { link: link.split('#')[1] ?? '', password: ADMIN_PASSWORD }));
  });
});

describe('the link', () => {
  test('sets a new password once, notifies the administrator, writes an event, and is used up', async () => {
    const link = await linkFor();
    expect(await view(link)).toEqual({});
    unwrap(await redeem(link));
    expect((await stored()).passwordHash).toBe(fakeHash(NEW));
    await expect.poll(() => ports.courier.last('security-notice', EMAIL)).toMatchObject({ change: 'password' });
    expect((await lastEvents(1))[0]).toMatchObject({ type: 'administrator.password-reset', subject: ada.id });
    expect(await view(link)).toEqual(GONE);
    expect(await redeem(link, 'another one, long enough')).toEqual(GONE);
  });

  // SR-40. The attack: use one link fifty times at once.
  test('SR-40: of fifty uses at once, one sets the password', async () => {
    const link = await linkFor();
    const all = await Promise.all(Array.from({ length: 50 }, (_, at) => redeem(link, `seven quiet marmots ${at}`)));
    const won = all.findIndex((verdict) => !isRefusal(verdict));
    expect(all.filter((verdict) => !isRefusal(verdict))).toHaveLength(1);
    expect((await stored()).passwordHash).toBe(fakeHash(`seven quiet marmots ${won}`));
  });

  test('is not in the store, is not used up by a check, and has no other valid secret', async () => {
    const link = await linkFor();
    const kept = await read(ports, administratorResetDocument.key(ada.account, ada.id));
    expect(JSON.stringify(kept)).not.toContain(link.split('.')[2]);
    const before = ports.store.commits.length;
    for (let at = 0; at < 5; at++) expect(await view(link)).toEqual({});
    expect(ports.store.commits.length).toBe(before);
    const other = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [other, '', link.slice(1), `${link}A`]) {
      expect(await view(wrong)).toEqual(GONE);
      expect(await redeem(wrong)).toEqual(GONE);
    }
    // Links of different kinds are not interchangeable.
    expect(await viewLink(ports, { kind: 'recovery', secret: link })).toEqual(GONE);
    expect(await acceptRecovery(ports, {}, { link, password: NEW })).toEqual(GONE);
  });

  const changes: [string, () => Promise<unknown>][] = [
    ['its time is over', async () => ports.clock.advance(PASSWORD_RESET_LIFETIME_MS)],
    ['a newer one was sent', () => linkFor()],
    [
      'the password was changed',
      async () =>
        unwrap(await changeOwnPassword(ports, selfServiceContext(ada), proofBy(ports, ada), 'changed by themselves')),
    ],
    [
      'the address was changed',
      async () => {
        unwrap(await requestEmailChange(ports, selfServiceContext(ada), proofBy(ports, ada), 'countess@acme.example'));
        const { code } = ports.courier.last('confirmation-code', 'countess@acme.example');
        unwrap(await confirmEmailChange(ports, selfServiceContext(ada), code));
      },
    ],
    [
      'the operator has taken the token away',
      async () => {
        const { link } = unwrap(await recoverAdministrator(ports, operatorContext(ada.account), ada.id));
        unwrap(await acceptRecovery(ports, {}, { link: link.split('#')[1] ?? '', password: ADMIN_PASSWORD }));
      },
    ],
  ];
  // SR-40. The attack: use an old mail that was found later.
  test.each(changes)('SR-40: is void once %s', async (_name, happen) => {
    const link = await linkFor();
    await happen();
    expect(await view(link)).toEqual(GONE);
    expect(await redeem(link)).toEqual(GONE);
  });

  test('SR-39: is void once its administrator is removed', async () => {
    const { id } = await addAdministrator(ports, ada.account, { email: 'grace@acme.example' });
    await unwrap(await ask('grace@acme.example')).deliver();
    unwrap(await removeAdministrator(ports, operatorContext(ada.account), id));
    const [left] = await ports.store.getMany([administratorResetDocument.key(ada.account, id)], ports.clock.now());
    expect(left).toBeUndefined();
  });

  test('is void if that happens while the new password is hashed', async () => {
    const link = await linkFor();
    ports.hasher.during = async () => {
      ports.hasher.during = undefined;
      unwrap(await redeem(link, 'whoever was faster here'));
    };
    expect(await redeem(link)).toEqual(GONE);
    expect((await stored()).passwordHash).toBe(fakeHash('whoever was faster here'));
  });

  test('SR-37: rejects a password that breaks the rule, and stays valid after the attempt', async () => {
    const link = await linkFor();
    const { hashed } = ports.hasher;
    expect(await redeem(link, 'short')).toMatchObject({ refused: 'PASSWORD_TOO_SHORT' });
    expect(await redeem(link, 'password1')).toMatchObject({ refused: 'PASSWORD_COMMON', flaw: 'listed' });
    expect(ports.hasher.hashed).toBe(hashed);
    unwrap(await redeem(link));
  });
});

describe('a reset is no bypass of', () => {
  // SR-40. The attack: read the mailbox, set a password and sign in with it.
  test('SR-40: the second factor: token and recovery codes stay, and the sign-in still asks for them', async () => {
    const before = await stored();
    unwrap(await redeem(await linkFor()));
    expect(await stored()).toMatchObject({ token: before.token, recovery: before.recovery });
    ports.clock.advance(30_000);
    const { flow, handle } = await toSecondFactor(ports, ada.account, EMAIL, NEW);
    expect(flow.step).toBe('otp');
    expect(flow.enrolment).toBeUndefined();
    const otp = codeOf(ports, ada.secret);
    expect(unwrap(await answerSignInOtp(ports, { handle, seq: 2, otp, client: {} })).opened).toBeDefined();
  });

  test('a lock: a locked token stays locked, and only a recovery code replaces it', async () => {
    const begun = await toSecondFactor(ports, ada.account, EMAIL);
    const wrong = codeOf(ports, ada.secret) === '000000' ? '000001' : '000000';
    let { seq } = begun.flow;
    for (let at = 0; at < 6; at++) {
      seq = unwrap(await answerSignInOtp(ports, { handle: begun.handle, seq, otp: wrong, client: {} })).flow.seq;
    }
    unwrap(await redeem(await linkFor()));
    ports.clock.advance(30_000);
    const { handle } = await toSecondFactor(ports, ada.account, EMAIL, NEW);
    const right = { handle, seq: 2, otp: codeOf(ports, ada.secret), client: {} };
    const locked = unwrap(await answerSignInOtp(ports, right));
    expect(locked.flow.error?.code).toBe('TOKEN_LOCKED');
    const code = ada.recoveryCodes[0] ?? '';
    const recovered = unwrap(await answerRecoveryCode(ports, { handle, seq: locked.flow.seq, code, client: {} }));
    expect(recovered.opened).toBeDefined();
  });

  test('SR-38: every session ends within one request, and so does a sign-in with the old password', async () => {
    const other = await signIn(ports, ada);
    const under = await toSecondFactor(ports, ada.account, EMAIL);
    unwrap(await redeem(await linkFor()));
    for (const opened of [ada.opened, other]) {
      expect(await authenticateSession(ports, writeSession(opened))).toEqual({ refused: 'SESSION_ENDED' });
    }
    ports.clock.advance(30_000);
    const otp = codeOf(ports, ada.secret);
    const ended = unwrap(await answerSignInOtp(ports, { handle: under.handle, seq: 2, otp, client: {} }));
    expect(ended.opened).toBeUndefined();
    expect(ended.flow.step).toBe('denied');
  });

  // SR-49. The attack: reset the password to clear the waits after wrong guesses.
  test('SR-49: a reset does not clear the waits after wrong passwords', async () => {
    for (let at = 0; at < 6; at++) await toSecondFactor(ports, ada.account, EMAIL, 'a wrong one');
    unwrap(await redeem(await linkFor()));
    const { flow } = await toSecondFactor(ports, ada.account, EMAIL, 'a wrong one');
    expect(flow.error?.code).toBe('TOO_MANY_ATTEMPTS');
  });
});
