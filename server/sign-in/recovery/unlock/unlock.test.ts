import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MailerUnavailable } from '../../../kernel/ports/mailer.ts';
import type { Resource } from '../../../resources/resource.ts';
import { assign, unassign, updateResource, updateUser } from '../../../testing/as-operator.ts';
import {
  addResource,
  addToken,
  createFixture,
  type Fixture,
  type FixtureOptions,
  overwrite,
  runMeanwhile,
  unwrap,
  wrongCode,
} from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { tokenDocument } from '../../../tokens/documents.ts';
import { userDocument } from '../../../users/documents.ts';
import { UNLOCK_LINK_LIFETIME_MS } from './unlock-link.ts';
import { unlockOwnTokens, viewUnlock } from './unlock-own-tokens.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('unlock');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
});

const EMAIL = 'alice@shop.example';
const setStage = (options: FixtureOptions = {}) =>
  createFixture(ports, {
    tokens: [{}],
    ...options,
    resource: { enrolment: { kinds: ['totp'], required: false, unlockByMail: true }, ...options.resource },
    user: { email: EMAIL, ...options.user },
  });

/** Types wrong codes until the token locks. */
async function lockOut(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.toOtp(scene);
  for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
  return walk;
}
const linkTo = (to = EMAIL) => /#(.+)$/.exec(ports.courier.last('unlock-link', to).path)?.[1] ?? '';
const unlock = (link: string) => unlockOwnTokens(ports, {}, { link, language: 'en' });
const isLocked = async (scene: Fixture) => (await scene.tokens[0]?.stored())?.lock !== undefined;

describe('a user who locked their own token', () => {
  test('is mailed a link that unlocks it, once, and signs in again', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' }, unlock: 'offered' });
    expect(await walk.askUnlock()).toMatchObject({ step: 'denied', unlock: 'sent' });
    expect(walk.view.result).toBeUndefined();
    const link = linkTo();
    expect(await viewUnlock(ports, link)).toMatchObject({ user: { login: 'alice' } });
    expect(await isLocked(scene)).toBe(true);
    expect(await unlock(link)).toEqual({ unlocked: true });
    expect(await isLocked(scene)).toBe(false);
    expect(ports.courier.last('security-notice', EMAIL)).toMatchObject({ change: 'token-unlocked' });
    expect(await unlock(link)).toMatchObject({ refused: 'LINK_INVALID' });
    const next = await LoginDriver.toOtp(scene);
    expect(await next.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ step: 'done' });
  });

  // The attack: a thief of the password changed the address before there was a token, and guesses again after each
  // link.
  test('SR-2: is offered none to an address that was set with a password alone', async () => {
    const scene = await setStage();
    await overwrite(ports, userDocument.key(scene.user.id), { emailOnPassword: EMAIL });
    const walk = await lockOut(scene);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(walk.view.unlock).toBeUndefined();
    expect(await walk.askUnlock()).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
    expect(ports.courier.sent).toEqual([]);
  });

  test('SR-2: nor is sent one that was offered before', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    expect(walk.view.unlock).toBe('offered');
    await overwrite(ports, userDocument.key(scene.user.id), { emailOnPassword: EMAIL });
    expect(await walk.askUnlock()).toMatchObject({ refused: 'ACCESS_DENIED' });
    expect(ports.courier.sent).toEqual([]);
  });

  test('is offered it at the next sign-in too, after the password', async () => {
    const scene = await setStage();
    await lockOut(scene);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(walk.view.unlock).toBeUndefined();
    expect(await walk.password()).toMatchObject({ step: 'denied', unlock: 'offered' });
  });
});

// SR-2, SR-15
describe('attacks on unlocking', () => {
  test('nothing is offered for a name alone', async () => {
    const scene = await setStage({ resource: { methodPolicy: 'otp' } });
    const walk = await lockOut(scene);
    expect(walk.view.unlock).toBeUndefined();
    expect(await walk.askUnlock()).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
  });

  test('no mail lifts a lock by an administrator', async () => {
    const scene = await setStage();
    await lockOut(scene);
    const [token] = scene.tokens;
    if (!token) throw new Error('no token');
    await overwrite(ports, tokenDocument.key(token.id), { lock: { reason: 'administrator', at: 0 } });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect((await walk.password()) as object).not.toHaveProperty('unlock');
  });

  test('a lock by an administrator that replaces it stays, whatever link was sent', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    await walk.askUnlock();
    const [token] = scene.tokens;
    if (!token) throw new Error('no token');
    await overwrite(ports, tokenDocument.key(token.id), { lock: { reason: 'administrator', at: 0 } });
    await unlock(linkTo());
    expect(await isLocked(scene)).toBe(true);
  });

  test('there are two mails a day, so that guessing is limited', async () => {
    const scene = await setStage();
    for (let i = 0; i < 2; i++) {
      const walk = await lockOut(scene);
      expect(await walk.askUnlock()).toMatchObject({ unlock: 'sent' });
      await unlock(linkTo());
    }
    const walk = await lockOut(scene);
    expect(await walk.askUnlock()).toMatchObject({ refused: 'RATE_LIMITED' });
    expect(await isLocked(scene)).toBe(true);
  });

  // SR-48. The attack: one sign-in requests many at once, to flood a mailbox and use up the user's mails of a day.
  test('SR-48: a double click, or 50 at once, sends one mail, and leaves the other mail of the day', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    const results = await Promise.all(Array.from({ length: 50 }, () => walk.askUnlock()));
    expect(ports.courier.sent.filter(({ kind }) => kind === 'unlock-link')).toHaveLength(1);
    const outcomes = results.map((one) => ('refused' in one ? one.refused : one.unlock));
    expect(outcomes).toContain('sent');
    for (const one of outcomes) expect(['sent', 'STEP_IN_PROGRESS']).toContain(one);
    expect(await walk.look()).toMatchObject({ step: 'denied', unlock: 'sent' });
    expect(await walk.askUnlock()).toMatchObject({ unlock: 'sent' });
    expect(ports.courier.sent.filter(({ kind }) => kind === 'unlock-link')).toHaveLength(1);
    await unlock(linkTo());
    expect(await (await lockOut(scene)).askUnlock()).toMatchObject({ unlock: 'sent' });
  });

  test('50 simultaneous uses of one link unlock once', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    await walk.askUnlock();
    const link = linkTo();
    const answers = await Promise.all(Array.from({ length: 50 }, () => unlock(link)));
    expect(answers.filter((answer) => 'unlocked' in answer)).toHaveLength(1);
  });

  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    ['the password is another one', runMeanwhile.changePassword],
    [
      'the address is another one',
      ({ account, user }) => updateUser(ports, account, user.id, { email: 'a@b.example' }),
    ],
    ['the user is blocked', runMeanwhile.blockUser],
    ['it is old', async () => ports.clock.advance(UNLOCK_LINK_LIFETIME_MS)],
  ])('a link is refused once %s', async (_name, change) => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    await walk.askUnlock();
    const link = linkTo();
    await change(scene);
    expect(await viewUnlock(ports, link)).toMatchObject({ refused: 'LINK_INVALID' });
    expect(await unlock(link)).toMatchObject({ refused: 'LINK_INVALID' });
    expect(await isLocked(scene)).toBe(true);
  });

  test('nothing is offered if the resource has no policy', async () => {
    const scene = await setStage();
    await updateResource(ports, scene.account, scene.resource.id, { enrolment: null });
    expect((await lockOut(scene)).view.unlock).toBeUndefined();
  });

  test('a mail that is not accepted is not reported as sent', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    ports.courier.down = true;
    await expect(walk.askUnlock()).rejects.toThrow();
    ports.courier.down = false;
    expect(await walk.look()).toMatchObject({ unlock: 'offered' });
    // The step is free: it may be requested again at once.
    expect(await walk.askUnlock()).toMatchObject({ unlock: 'sent' });
  });

  test('without mail no link is offered, nor sent to a user who was offered one before', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    expect(walk.view.unlock).toBe('offered');
    ports.courier.isAbsent = true;
    expect(await walk.askUnlock()).toMatchObject({ refused: 'MAIL_NOT_CONFIGURED' });
    const next = await LoginDriver.begin(scene);
    await next.identify();
    expect(await next.password()).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(next.view.unlock).toBeUndefined();
    delete ports.courier.isAbsent;
  });

  test('a mail that is not accepted is reported, also if the store fails right after it', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    const { send } = ports.courier;
    ports.courier.send = async () => {
      ports.store.intercept.commit = () => Promise.reject(new Error('the store is gone'));
      throw new MailerUnavailable('no mailer accepts it');
    };
    await expect(walk.askUnlock()).rejects.toThrow('sending a mail');
    ports.courier.send = send;
    ports.store.intercept = {};
  });
});

// SR-67. The attack: a thief with the password and the mailbox locks a token at a resource that unlocks by mail, and
// has it unlocked to continue guessing at a resource that does not.
describe('SR-67: a link of one resource', () => {
  const unlocking = { kinds: ['totp'], required: false, unlockByMail: true } as const;
  const addBank = ({ account }: Fixture, unlockByMail: boolean) =>
    addResource(ports, account, {
      name: 'Bank',
      enrolment: { ...unlocking, kinds: [...unlocking.kinds], unlockByMail },
    });
  const shared: [string, (scene: Fixture, resource: Resource) => object][] = [
    ['with its owner', ({ user, tokens }) => ({ user: user.id, token: tokens[0]?.id })],
    ['directly', ({ tokens }) => ({ token: tokens[0]?.id })],
  ];
  const share = async (scene: Fixture, resource: Resource, parts: (typeof shared)[number][1]) =>
    unwrap(await assign(ports, { account: scene.account, resource: resource.id, ...parts(scene, resource) }));

  test.each(shared)(
    'is not offered for a token that a resource without such links accepts %s',
    async (_name, parts) => {
      const scene = await setStage();
      await share(scene, await addBank(scene, false), parts);
      const walk = await lockOut(scene);
      expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
      expect(walk.view.unlock).toBeUndefined();
      const next = await LoginDriver.begin(scene);
      await next.identify();
      expect((await next.password()) as object).not.toHaveProperty('unlock');
      expect(ports.courier.sent).toEqual([]);
    },
  );

  test.each(shared)('is refused once such a resource accepts the token %s', async (_name, parts) => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    await walk.askUnlock();
    await share(scene, await addBank(scene, false), parts);
    expect(await viewUnlock(ports, linkTo())).toMatchObject({ refused: 'LINK_INVALID' });
    expect(await unlock(linkTo())).toMatchObject({ refused: 'LINK_INVALID' });
    expect(await isLocked(scene)).toBe(true);
    expect(ports.courier.sent.filter(({ kind }) => kind === 'security-notice')).toEqual([]);
  });

  test('is not sent if it was offered before such a resource accepted the token', async () => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    await share(scene, await addBank(scene, false), ({ tokens }) => ({ token: tokens[0]?.id }));
    expect(await walk.askUnlock()).toMatchObject({ refused: 'ACCESS_DENIED' });
    expect(ports.courier.sent).toEqual([]);
  });

  test('unlocks a token whose resources all unlock by mail', async () => {
    const scene = await setStage();
    await share(scene, await addBank(scene, true), ({ user, tokens }) => ({ user: user.id, token: tokens[0]?.id }));
    const walk = await lockOut(scene);
    await walk.askUnlock();
    expect(await unlock(linkTo())).toEqual({ unlocked: true });
    expect(await isLocked(scene)).toBe(false);
  });

  test('does not change the user’s tokens of other resources', async () => {
    const scene = await setStage();
    const [bank, other] = [await addBank(scene, true), await addToken(ports, scene.account, { owner: scene.user.id })];
    await share(scene, bank, ({ user }) => ({ user: user.id, token: other.id }));
    await overwrite(ports, tokenDocument.key(other.id), { lock: { reason: 'otp-failures', at: 0 } });
    const walk = await lockOut(scene);
    await walk.askUnlock();
    expect(await unlock(linkTo())).toEqual({ unlocked: true });
    expect(await isLocked(scene)).toBe(false);
    expect((await other.stored()).lock).toBeDefined();
  });

  test.each<[string, (scene: Fixture) => Promise<unknown>]>([
    [
      'the resource no longer unlocks by mail',
      ({ account, resource }) =>
        updateResource(ports, account, resource.id, {
          enrolment: { ...unlocking, kinds: ['totp'], unlockByMail: false },
        }),
    ],
    ['the resource is switched off', runMeanwhile.disableResource],
    [
      'the user is no longer assigned there',
      ({ account, resource, user, tokens }) =>
        unassign(ports, { account, resource: resource.id, user: user.id, token: tokens[0]?.id }),
    ],
  ])('is refused once %s', async (_name, change) => {
    const scene = await setStage();
    const walk = await lockOut(scene);
    await walk.askUnlock();
    unwrap((await change(scene)) as object);
    expect(await viewUnlock(ports, linkTo())).toMatchObject({ refused: 'LINK_INVALID' });
    expect(await unlock(linkTo())).toMatchObject({ refused: 'LINK_INVALID' });
    expect(await isLocked(scene)).toBe(true);
  });

  test.each(shared)('unlocks nothing that such a resource accepts %s while it is used', async (_name, parts) => {
    const scene = await setStage();
    const bank = await addBank(scene, false);
    const walk = await lockOut(scene);
    await walk.askUnlock();
    ports.store.intercept.commit = async (_change, go) => {
      ports.store.intercept = {};
      await share(scene, bank, parts);
      return go();
    };
    await unlock(linkTo());
    expect(await isLocked(scene)).toBe(true);
  });
});
