// SR-2, SR-4, SR-17, SR-48, SR-49, SR-69, SR-77
import type { FlowView } from '@countersign/protocol/flow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../kernel/event.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { updateResource } from '../../testing/as-operator.ts';
import { anotherCode, freshAddress, giveSent } from '../../testing/devices/sent-device.ts';
import { FakeCodeSender } from '../../testing/fake-senders.ts';
import { addResource, addUser, type Fixture, overwrite, runMeanwhile, unwrap } from '../../testing/fixtures.ts';
import { InterceptedStore } from '../../testing/intercepted-store.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import {
  claimsIn,
  consume,
  createMailedFixture,
  errorIn,
  mailedCode,
  passMailedCode,
  tokenCode,
  toMailedCode,
} from '../../testing/mailed-code-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { userDocument } from '../../users/documents.ts';
import { MAILED_CODES_WINDOW_MS } from './mailed-code.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('mailed codes');
});
beforeEach(() => {
  ports.codes.down = false;
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.1';
async function eventsOf({ resource }: Fixture): Promise<AccountEvent[]> {
  const all = await ports.store.readEvents(0, 0, 1_000_000);
  return all.map(({ event }) => event as unknown as AccountEvent).filter((event) => event.resource === resource.id);
}

describe('a mailed code as the first factor', () => {
  test('signs in without the password, as one factor', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(walk.view).toMatchObject({ step: 'otp', factors: [{ id: 'mail', kind: 'email', to: 'alice' }] });
    expect(walk.view.sent).toBeUndefined();
    const typed = await mailedCode(walk, scene.to);
    expect(typed).toMatch(/^\d{8}$/);
    expect(ports.codes.last(scene.to)).toMatchObject({ isFirst: true, site: 'Shop', origin: 'https://shop.example' });
    // The address is not shown to someone who knows the name alone.
    expect(walk.view.sent).toMatchObject({ to: '', resendAfterMs: 30_000 });
    await walk.otp(typed);
    expect(claimsIn(walk)).toMatchObject({ amr: ['otp'], acr: '1', otp: 'not_used' });
    expect(unwrap(await consume(scene, walk)).claims.sub).toBe(scene.user.id);
    expect(await eventsOf(scene)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'code.sent', subject: scene.user.id }),
        expect.objectContaining({ type: 'authentication', outcome: 'granted', factors: ['mailed-code'] }),
      ]),
    );
  });

  test('needs no password, and is followed by the second factor of the user', async () => {
    const scene = await createMailedFixture(ports, { password: false, tokens: [{}] });
    const walk = await passMailedCode(scene);
    expect(walk.view).toMatchObject({ step: 'otp', factors: [{ id: 'code', kind: 'code' }] });
    expect(walk.view.result).toBeUndefined();
    await walk.otp(await tokenCode(scene));
    expect(claimsIn(walk)).toMatchObject({ amr: ['otp', 'mfa'], acr: '2', otp: 'verified' });
    expect((await eventsOf(scene)).at(-1)).toMatchObject({ factors: ['mailed-code', 'otp'] });
    unwrap(await consume(scene, walk));
  });

  test('does not ask who knows the password', async () => {
    const scene = await createMailedFixture(ports);
    await overwrite(ports, userDocument.key(scene.user.id), { passwordByHelpDesk: true });
    expect((await passMailedCode(scene)).view.step).toBe('done');
    await updateResource(ports, scene.account, scene.resource.id, { firstFactor: 'password' });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(errorIn(await walk.password())).toBe('ACCESS_DENIED');
  });

  test('sends another code once the wait is over, which voids the one before', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const first = await mailedCode(walk, scene.to);
    expect(errorIn(await walk.choose('mail'))).toBe('CODE_LIMIT');
    ports.clock.advance(30_000);
    const second = await mailedCode(walk, scene.to);
    expect(errorIn(await walk.otp(first))).toBe('OTP_WRONG');
    expect((await walk.otp(second)) as FlowView).toMatchObject({ step: 'done' });
  });

  test('that could not be mailed is reported in the audit log, and another one can be sent', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    ports.codes.down = true;
    expect(errorIn(await walk.choose('mail'))).toBeUndefined();
    await waitUntil('the failure is recorded', async () =>
      (await eventsOf(scene)).some(({ type, reason }) => type === 'code.not-sent' && reason === 'CODE_NOT_SENT'),
    );
    ports.codes.down = false;
    ports.clock.advance(30_000);
    await walk.otp(await mailedCode(walk, scene.to));
    expect(walk.view.step).toBe('done');
  });

  test('is not sent without mail, and not by a choice of anything else', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(await walk.choose('code')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    const { channels } = ports.codes;
    ports.codes.channels = ['sms'];
    expect(errorIn(await walk.choose('mail'))).toBe('CODE_NOT_SENT');
    ports.codes.channels = channels;
  });
});

describe('SR-17: a name alone', () => {
  // The attack: the attacker requests codes for a list of names, and compares the responses and the work behind them.
  test('gets the same steps, the same views and the same work', async () => {
    const scene = await createMailedFixture(ports, { user: { login: 'holder' } });
    const add = (login: string, options: object = {}) =>
      addUser(ports, scene.account, scene.resource, { user: { login, email: freshAddress('email') }, ...options });
    await runMeanwhile.blockUser(await add('blocked'));
    await add('passwordless', { password: false });
    await add('locked', { tokens: [{ state: 'locked' }] });
    await addUser(ports, scene.account, scene.resource, { user: { login: 'without' } });
    const odd = await add('odd');
    const { email } = odd.user;
    await overwrite(ports, userDocument.key(odd.user.id), { ...odd.user, emailOnPassword: email ?? '' });
    const elsewhere = await addResource(ports, scene.account);
    await addUser(ports, scene.account, elsewhere, { user: { login: 'unassigned', email: freshAddress('email') } });

    const workOf = async (run: () => Promise<unknown>) => {
      const trips: string[] = [];
      ports.store.intercept = {
        read: () => void trips.push('read'),
        commit: ({ put = [], append = [] }, go) => {
          trips.push(`put ${put.length}, append ${append.length}`);
          return go();
        },
      };
      const answer = (await run()) as Result<FlowView>;
      ports.store.intercept = {};
      if (isRefusal(answer)) throw new Error(answer.refused);
      const { login: _typed, factors: _as, ...view } = answer;
      return { trips, view };
    };
    const seen = [];
    const mailed = ports.codes.sent.length;
    for (const name of ['stranger', 'blocked', 'passwordless', 'locked', 'without', 'odd', 'unassigned', 'holder']) {
      const walk = await LoginDriver.begin(scene);
      const asked = await workOf(() => walk.identify(name));
      const sent = await workOf(() => walk.choose('mail'));
      seen.push({ asked, sent, wrong: await workOf(() => walk.otp('00000000')) });
    }
    for (const one of seen) expect(one).toEqual(seen.at(-1));
    await waitUntil('the mails are sent', () => ports.codes.sent.length >= mailed + 3);
    expect(ports.codes.sent.length - mailed).toBe(3);
    const reasons = (await eventsOf(scene)).filter(({ type }) => type === 'code.not-sent').map(({ reason }) => reason);
    expect(reasons).toEqual(['USER_NOT_FOUND', 'ACCESS_DENIED', 'EMAIL_MISSING', 'EMAIL_MISSING', 'ACCESS_DENIED']);
  });

  test('stores and records no code', async () => {
    const scene = await createMailedFixture(ports);
    const before = ports.store.commits.length;
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const typed = await mailedCode(walk, scene.to);
    await walk.otp(typed);
    const written = JSON.stringify(ports.store.commits.slice(before));
    expect(written).not.toContain(typed);
    expect(written).not.toContain(scene.to);
  });
});

describe('SR-2, SR-48: a code', () => {
  test('of one sign-in is none of another, nor of another user', async () => {
    const scene = await createMailedFixture(ports);
    const [mine, theirs] = [await LoginDriver.begin(scene), await LoginDriver.begin(scene)];
    await mine.identify();
    await theirs.identify();
    const typed = await mailedCode(mine, scene.to);
    await mailedCode(theirs, scene.to);
    expect(errorIn(await theirs.otp(typed))).toBe('OTP_WRONG');
    expect((await mine.otp(typed)) as FlowView).toMatchObject({ step: 'done' });
  });

  // The attack: fifty answers at once, with the same right code.
  test('is accepted once', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const typed = await mailedCode(walk, scene.to);
    const { seq } = walk.view;
    const answers = await Promise.all(Array.from({ length: 50 }, () => walk.otp(typed, seq)));
    expect(answers.filter((one) => !isRefusal(one) && one.step === 'done')).toHaveLength(1);
  });

  test('is void after three wrong answers, and after five minutes', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const typed = await mailedCode(walk, scene.to);
    for (let left = 3; left > 0; left--) expect(errorIn(await walk.otp(anotherCode(typed)))).toBe('OTP_WRONG');
    expect(walk.view.sent).toBeUndefined();
    expect(errorIn(await walk.otp(typed))).toBe('NOTHING_ASKED');
    const next = await mailedCode(walk, scene.to);
    ports.clock.advance(5 * 60_000);
    expect(errorIn(await walk.otp(next))).toBe('NOTHING_ASKED');
  });

  test('is not mailed without work while the service asks for it', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const asked = { ...ports, proofOfWork: 'always' as const };
    const under = new LoginDriver(scene, asked, { ...walk.view, handle: walk.handle }, ELSEWHERE);
    expect(errorIn(await under.choose('mail'))).toBe('PUZZLE_NEEDED');
    expect(ports.codes.to(scene.to)).toHaveLength(0);
  });

  test('cannot be guessed where none was mailed', async () => {
    const scene = await createMailedFixture(ports);
    const walk = await toMailedCode(scene, { login: 'stranger' });
    for (const guess of ['00000000', '12345678']) expect(errorIn(await walk.otp(guess))).toBe('OTP_WRONG');
  });

  // The attack: the attacker takes a new sign-in for each code, so that the tries start again.
  test('is mailed three times in a quarter of an hour for a name, known or unknown', async () => {
    const scene = await createMailedFixture(ports, { user: { login: 'carol' } });
    for (const login of ['carol', 'stranger']) {
      for (let count = 0; count < 3; count++) expect((await toMailedCode(scene, { login })).view.error).toBeUndefined();
      expect((await toMailedCode(scene, { login: login.toUpperCase() })).view.error).toMatchObject({
        code: 'CODE_LIMIT',
      });
    }
    const idle = await LoginDriver.begin(scene);
    await idle.identify('carol');
    for (let count = 0; count < 5; count++) expect(errorIn(await idle.otp('12345678'))).toBe('NOTHING_ASKED');
    expect(errorIn(await idle.choose('code'))).toBe('STEP_NOT_EXPECTED');
    // SR-65: neither a flood of requests beyond the limit, nor one of answers to nothing, fills the audit log.
    const events = (await eventsOf(scene)).filter(({ type }) => type.startsWith('code') || type === 'authentication');
    expect(events).toHaveLength(6);
    ports.clock.advance(MAILED_CODES_WINDOW_MS);
    expect((await passMailedCode(scene, { login: 'carol' })).view.step).toBe('done');
  });

  // The attack: a user has a login and an address; the attacker takes turns, and compares.
  test('is mailed as often to a user with several names, which does not show', async () => {
    const scene = await createMailedFixture(ports);
    for (let count = 0; count < 3; count++) await toMailedCode(scene);
    await waitUntil('they are mailed', () => ports.codes.to(scene.to).length === 3);
    const other = await toMailedCode(scene, { login: scene.to });
    expect(other.view).toMatchObject({ step: 'otp', sent: { to: '' } });
    expect(other.view.error).toBeUndefined();
    const last = (await eventsOf(scene)).at(-1);
    expect(last).toMatchObject({ type: 'code.not-sent', reason: 'CODE_LIMIT', subject: scene.user.id });
    expect(ports.codes.to(scene.to)).toHaveLength(3);
  });

  // The attack: the attacker uses up the codes of a user, who then cannot sign in.
  test('SR-49: still comes where the user has signed in, while an attack from elsewhere runs', async () => {
    const scene = await createMailedFixture(ports, { resource: { methodPolicy: 'password' } });
    expect((await passMailedCode(scene, { address: HOME })).view.step).toBe('done');
    for (let count = 0; count < 4; count++) await toMailedCode(scene, { address: ELSEWHERE });
    const theirs = await toMailedCode(scene, { address: ELSEWHERE });
    expect(theirs.view.error).toMatchObject({ code: 'CODE_LIMIT' });
    expect((await passMailedCode(scene, { address: HOME })).view.step).toBe('done');
  });

  // The attack: a single client uses up the codes of a whole list of names, although it may request only a few itself.
  test('SR-49: is not used up by a client that has requested its share', async () => {
    const capped = { ...ports, codes: new FakeCodeSender({ perAccountAndHour: 10 }) };
    const scene = await createMailedFixture(capped, { user: { login: 'frank' } });
    await toMailedCode(scene, { login: 'anyone', address: ELSEWHERE });
    for (let count = 0; count < 3; count++) {
      const theirs = await toMailedCode(scene, { login: 'frank', address: ELSEWHERE });
      expect(theirs.view.error).toMatchObject({ code: 'CODE_LIMIT' });
    }
    expect((await toMailedCode(scene, { login: 'frank', address: '192.0.2.1' })).view.error).toBeUndefined();
  });

  // The attack: names that no user has are asked for from many addresses, until the codes of the account are used up.
  test('SR-77: is used up by no made-up names, of which none looks different', async () => {
    const capped = { ...ports, codes: new FakeCodeSender({ perAccountAndHour: 20, perHour: 20 }) };
    const scene = await createMailedFixture(capped, { user: { login: 'grace' } });
    for (let count = 0; count < 100; count++) {
      const asked = await toMailedCode(scene, { login: `unknown ${count}`, address: `192.0.2.${count}` });
      expect(asked.view.error).toBeUndefined();
    }
    expect(capped.codes.sent).toHaveLength(0);
    expect((await passMailedCode(scene, { login: 'grace', address: ELSEWHERE })).view.step).toBe('done');
  });

  test('SR-77: is charged to the account by what is mailed, which shows nowhere and ends after a quarter of an hour', async () => {
    const capped = { ...ports, codes: new FakeCodeSender({ perAccountAndHour: 20 }) };
    const scene = await createMailedFixture(capped, { user: { login: 'user0', email: freshAddress('email') } });
    for (let count = 1; count < 8; count++) {
      const { user } = await addUser(capped, scene.account, scene.resource, {
        user: { login: `user${count}`, email: freshAddress('email') },
      });
      expect(user.login).toBe(`user${count}`);
    }
    for (let count = 0; count < 8; count++) {
      const asked = await toMailedCode(scene, { login: `user${count}`, address: `192.0.2.${count}` });
      expect(asked.view).toMatchObject({ step: 'otp', sent: { to: '' } });
      expect(asked.view.error).toBeUndefined();
    }
    await waitUntil('they are mailed', () => capped.codes.sent.length === 5);
    expect((await eventsOf(scene)).at(-1)).toMatchObject({ type: 'code.not-sent', reason: 'CODE_LIMIT' });
    capped.clock.advance(MAILED_CODES_WINDOW_MS);
    await toMailedCode(scene, { login: 'user7', address: ELSEWHERE });
    await waitUntil('another is mailed', () => capped.codes.sent.length === 6);
  });

  // The attack: whether work is asked for would tell which names have a mailbox, if only mails were counted.
  test('SR-77: asks for as much work for made-up names as for users', async () => {
    const asked = async (login: (count: number) => string) => {
      const codes = new FakeCodeSender({ perAccountAndHour: 40 });
      const guarded = { ...ports, store: new InterceptedStore(ports.store), codes, proofOfWork: 'auto' as const };
      const scene = await createMailedFixture(guarded, { user: { login: 'user0' } });
      const answers = [];
      for (let count = 0; count < 8; count++) {
        const walk = await LoginDriver.begin(scene, { address: `192.0.2.${count}` });
        await walk.identify(login(count));
        answers.push(errorIn(await walk.choose('mail')));
      }
      return answers;
    };
    const known = await asked((count) => (count % 3 === 0 ? 'user0' : `unknown ${count}`));
    expect(known).toContain('PUZZLE_NEEDED');
    expect(await asked((count) => `unknown ${count}`)).toEqual(known);
  });

  test('is mailed at most twelve times a day, and then once in a quarter of an hour', async () => {
    const scene = await createMailedFixture(ports, { user: { login: 'heidi' } });
    // So that the day does not end in between.
    ports.clock.advance(DAY_MS - (ports.clock.now() % DAY_MS));
    for (let count = 0; count < 12; count++) {
      expect((await toMailedCode(scene, { login: 'heidi' })).view.error).toBeUndefined();
      if (count % 3 === 2) ports.clock.advance(MAILED_CODES_WINDOW_MS);
    }
    await waitUntil('they are mailed', () => ports.codes.to(scene.to).length === 12);
    expect((await toMailedCode(scene, { login: 'heidi' })).view.error).toBeUndefined();
    await waitUntil('one more is mailed', () => ports.codes.to(scene.to).length === 13);
    expect((await toMailedCode(scene, { login: 'heidi' })).view.error).toMatchObject({ code: 'CODE_LIMIT' });
    // By another name of hers nothing shows, and nothing is mailed.
    expect((await toMailedCode(scene, { login: scene.to })).view.error).toBeUndefined();
    ports.clock.advance(MAILED_CODES_WINDOW_MS);
    expect((await passMailedCode(scene, { login: 'heidi' })).view.step).toBe('done');
    expect(ports.codes.to(scene.to)).toHaveLength(14);
  });

  test('counts for its client, apart from the codes of tokens', async () => {
    const capped = { ...ports, codes: new FakeCodeSender({ perAccountAndHour: 80 }) };
    const scene = await createMailedFixture(capped, { user: { login: 'dave' } });
    const ask = (login: string, address?: string) => toMailedCode(scene, { login, ...(address && { address }) });
    for (let count = 0; count < 2; count++) await ask(`a${count}`, ELSEWHERE);
    expect((await ask('a2', ELSEWHERE)).view.error).toMatchObject({ code: 'CODE_LIMIT' });
    for (let count = 0; count < 20; count++) await ask('dave', `192.0.2.${count}`);
    const usual = await addResource(capped, scene.account);
    const other = await addUser(capped, scene.account, usual, { user: { login: 'erin' } });
    const to = freshAddress('email');
    const { id } = await giveSent(other, 'email', to);
    const walk = await LoginDriver.toOtp(other);
    await walk.choose(id);
    expect(capped.codes.to(to)).toHaveLength(1);
    capped.clock.advance(MAILED_CODES_WINDOW_MS);
    expect((await ask('dave', ELSEWHERE)).view.error).toBeUndefined();
  });
});
