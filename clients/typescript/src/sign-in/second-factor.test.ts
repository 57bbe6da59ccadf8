import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { AT, createSite, ORIGIN, type Site, type Visitor } from '../../testing/site.ts';

interface Accounts {
  site: Site;
  /** The password's version by account. */
  stamps: Map<string, string>;
}

async function createAccounts(): Promise<Accounts> {
  const stamps = new Map([['7', 'v1']]);
  const site = await createSite({ stampOf: (account) => stamps.get(account) });
  return { site, stamps };
}

/** Maria has given her password to the site. */
async function begin({ site }: Accounts, visitor: Visitor = site.visitor()): Promise<Visitor> {
  expect(await site.signIn.beginSecondFactor(visitor, { account: '7', subject: 'usr_maria' })).toBe(true);
  return visitor;
}

describe('a second factor alone', () => {
  test('asks for the code of the user, and then signs the account in with two factors', async () => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = await begin(accounts);
    expect(await site.signIn.currentUser(visitor)).toBeUndefined();
    const answer = await (await site.post('/countersign/nonce', visitor)).json();
    expect(answer).toEqual({ nonce: expect.any(String), loginRequest: expect.stringMatching(/^lrq\./) });
    expect(site.loginRequests).toEqual([
      { user: 'usr_maria', resource: 'res_test', nonce: answer.nonce, passwordChecked: true },
    ]);
    site.clock.now += 20_000;
    const claims = { nonce: answer.nonce, sub: 'usr_maria', acr: '1', amr: ['otp'] } as const;
    const result = await site.result({ ...claims, amr: [...claims.amr] });
    expect((await site.post('/countersign/sign-in', visitor, { result })).status).toBe(200);
    // The stamp may be the stored password, and is in no session.
    expect(JSON.stringify([...site.sessions.values()])).not.toContain('v1');
    expect(await site.signIn.currentUser(visitor)).toMatchObject({
      ...{ id: 'usr_maria', account: '7', acr: '2', authTime: AT / 1000 },
    });
  });

  test('uses a login request again after a reload, for 100 s', async () => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = await begin(accounts);
    const nonce = await site.nonce(visitor);
    site.clock.now += 99_999;
    expect(await site.nonce(visitor)).toBe(nonce);
    site.clock.now += 1;
    expect(await site.nonce(visitor)).not.toBe(nonce);
    expect(site.loginRequests).toHaveLength(2);
  });

  test('renews the session with the password, and again with the code', async () => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = site.visitor();
    await site.nonce(visitor);
    const ids = [visitor.id];
    await begin(accounts, visitor);
    ids.push(visitor.id);
    await site.complete(visitor, { sub: 'usr_maria' });
    ids.push(visitor.id);
    expect(new Set(ids).size).toBe(3);
    expect(ids.map((id) => site.sessions.has(id))).toEqual([false, false, true]);
  });
});

// A thief knows Maria's password, and has an account of their own with a second factor.
describe('attacks on a second factor alone', () => {
  test('the password alone opens no page', async () => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = await begin(accounts);
    for (const guard of [site.signIn.requireSignIn, site.signIn.requireRecent({ acr: '1' })]) {
      expect((await guard(new Request(`${ORIGIN}/account`), visitor))?.status).toBe(401);
    }
  });

  test('the thief answers with a result of their own account, which is not even consumed', async () => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = await begin(accounts);
    const response = await site.complete(visitor, { sub: 'usr_thief' });
    expect([response.status, (await response.json()).code]).toEqual([403, 'RESULT_OF_ANOTHER_USER']);
    expect(site.consumed).toEqual([]);
    expect(await site.signIn.currentUser(visitor)).toBeUndefined();
  });

  test('the thief waits for a deactivated token, or for a result without a code', async () => {
    const accounts = await createAccounts();
    for (const otp of ['skipped', 'not_used'] as const) {
      const visitor = await begin(accounts);
      const response = await accounts.site.complete(visitor, { sub: 'usr_maria', acr: '1', otp, amr: [] });
      expect((await response.json()).code).toBe('RESULT_OTP_REQUIRED');
    }
  });

  test.each([
    ['the password changes', ({ stamps }: Accounts) => stamps.set('7', 'v2')],
    ['the account is blocked', ({ stamps }: Accounts) => stamps.delete('7')],
    ['a quarter of an hour passes', ({ site }: Accounts) => (site.clock.now += 900_000)],
    ['the clock goes back', ({ site }: Accounts) => (site.clock.now -= 1)],
  ])('ends when %s', async (_, change) => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const [before, after] = [await begin(accounts), await begin(accounts)];
    const result = await site.result({ nonce: await site.nonce(before), sub: 'usr_maria', exp: AT / 1000 + 300 });
    change(accounts);
    for (const response of [
      await site.post('/countersign/sign-in', before, { result }),
      await site.post('/countersign/nonce', after),
    ]) {
      expect([response.status, (await response.json()).code]).toEqual([403, 'SECOND_FACTOR_ENDED']);
    }
    expect(site.consumed).toEqual([]);
    // What is left is no pending sign-in that comes back to life.
    expect([site.sessions.get(before.id), site.sessions.get(after.id)]).toEqual([{}, {}]);
  });

  test('the password changes while the service is asked', async () => {
    const stamps = new Map([['7', 'v1']]);
    const plain = await createSite();
    const site = await createSite({
      stampOf: (account) => stamps.get(account),
      verifier: plain.issuer.verifier,
      client: {
        ...plain.issuer.client,
        async consumeResult(input) {
          stamps.set('7', 'v2');
          return plain.issuer.client.consumeResult(input);
        },
      },
    });
    const visitor = site.visitor();
    await site.signIn.beginSecondFactor(visitor, { account: '7', subject: 'usr_maria' });
    const result = await plain.result({ nonce: await site.nonce(visitor), sub: 'usr_maria' });
    const response = await site.post('/countersign/sign-in', visitor, { result });
    expect((await response.json()).code).toBe('SECOND_FACTOR_ENDED');
  });

  test('the thief has a code and no password: neither a nonce nor a right result without the password signs in', async () => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = site.visitor();
    const begun = await site.post('/countersign/nonce', visitor);
    expect([begun.status, (await begun.json()).code]).toEqual([403, 'SECOND_FACTOR_ENDED']);
    const nonce = 'n'.repeat(32);
    site.sessions.set('planted', { begun: { nonce, at: AT } });
    const result = await site.result({ nonce, sub: 'usr_maria' });
    const response = await site.post('/countersign/sign-in', { id: 'planted' }, { result });
    expect([response.status, (await response.json()).code]).toEqual([403, 'SECOND_FACTOR_ENDED']);
    expect(site.consumed).toEqual([]);
  });

  test.each([
    ['changes the password', ({ stamps }: Accounts) => stamps.set('7', 'v2')],
    ['blocks the account', ({ stamps }: Accounts) => stamps.delete('7')],
  ])('the thief is signed in already, and the site %s: the session ends', async (_, change) => {
    const accounts = await createAccounts();
    const { site } = accounts;
    const visitor = await begin(accounts);
    await site.complete(visitor, { sub: 'usr_maria' });
    const page = () => site.signIn.requireSignIn(new Request(`${ORIGIN}/account`), visitor);
    expect(await page()).toBeUndefined();
    change(accounts);
    expect((await page())?.status).toBe(401);
    expect(await site.signIn.currentUser(visitor)).toBeUndefined();
  });

  test('begins for no blocked account, without a user, or on a site that tells of no changes', async () => {
    const { site } = await createAccounts();
    const visitor = site.visitor();
    expect(await site.signIn.beginSecondFactor(visitor, { account: '8', subject: 'usr_1' })).toBe(false);
    expect(site.sessions.size).toBe(0);
    const withoutUser = site.signIn.beginSecondFactor(visitor, { account: '7', subject: '' });
    expect((await refusalOf(withoutUser)).code).toBe('OPTION_INVALID');
    const careless = await createSite();
    const begun = careless.signIn.beginSecondFactor(visitor, { account: '7', subject: 'usr_1' });
    expect((await refusalOf(begun)).message).toContain('"stampOf"');
  });
});
