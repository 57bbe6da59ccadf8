import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument, accountIndexes } from '../accounts/documents.ts';
import { ADMIN_PASSWORD, toSecondFactor } from '../testing/administrators.ts';
import { read, unwrap } from '../testing/fixtures.ts';
import { openTemporaryRedisStore } from '../testing/temporary-redis-store.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { SETUP_LIFETIME_MS } from './administrator-link.ts';
import { type FirstAccount, issueSetupLink, setUpInstallation } from './set-up.ts';

// SR-42: there are no default credentials; the bootstrap secret is random, single-use and expiring.

let ports: TestPorts;
beforeEach(async () => {
  ports = await openTestPorts('set-up');
});
afterEach(() => ports.close());

const secretOf = (made: { link: string } | undefined) => made?.link.slice(`${ISSUER}/setup#`.length) ?? '';
const first = (secret: string): FirstAccount => ({
  secret,
  accountName: 'Acme',
  email: 'ada@acme.example',
  name: 'Ada',
  language: 'en',
  password: ADMIN_PASSWORD,
});
/** Everything written so far, events included. */
const written = () => JSON.stringify(ports.store.commits);
const accounts = () => ports.store.range(accountIndexes.created(), { limit: 10 });

test('a link creates the account and its superuser, who then enrols a token', async () => {
  const made = await issueSetupLink(ports);
  expect(made?.link).toMatch(/^https:\/\/auth\.example\/setup#[\w-]{32}$/);
  const { account, administrator } = unwrap(await setUpInstallation(ports, first(secretOf(made))));
  expect(await read(ports, accountDocument.key(account.id))).toMatchObject({
    name: 'Acme',
    superuser: administrator.id,
  });
  const signIn = await toSecondFactor(ports, account.id, 'ada@acme.example');
  expect(signIn.flow.step).toBe('enrol');
});

test('rejects guessed, empty, mangled and never issued secrets', async () => {
  expect(await setUpInstallation(ports, first('A'.repeat(32)))).toEqual({ refused: 'LINK_INVALID' });
  const secret = secretOf(await issueSetupLink(ports));
  for (const guess of ['', 'A'.repeat(32), secret.slice(1), `${secret}A`, secret.toLowerCase()]) {
    expect(await setUpInstallation(ports, first(guess))).toEqual({ refused: 'LINK_INVALID' });
  }
  expect(await accounts()).toEqual([]);
});

test('fifty requests at once with one link create one account', async () => {
  const secret = secretOf(await issueSetupLink(ports));
  const replicas = Array.from({ length: 50 }, () => ports.replica());
  const answers = await Promise.all(replicas.map((replica) => setUpInstallation(replica, first(secret))));
  expect(answers.filter((answer) => 'account' in answer)).toHaveLength(1);
  expect(await accounts()).toHaveLength(1);
});

describe.each([
  ['embedded', openTemporaryStore],
  ['redis', openTemporaryRedisStore],
])('processes that start together on a fresh store (%s)', (_, openStore) => {
  test('SR-42: print one link, which works, and a restart prints it again', async () => {
    const own = await openTestPorts('first start', await openStore());
    onTestFinished(() => own.close());
    const starts = Array.from({ length: 10 }, () => own.replica());
    const printed = await Promise.all(starts.map(async (start) => (await issueSetupLink(start))?.link));
    own.clock.advance(SETUP_LIFETIME_MS - 1);
    printed.push((await issueSetupLink(own.replica()))?.link);
    expect(new Set(printed).size).toBe(1);
    unwrap(await setUpInstallation(own, first(secretOf({ link: printed[0] ?? '' }))));
  });
});

test('a used link and an expired one are void, and the next start prints another', async () => {
  const expired = secretOf(await issueSetupLink(ports));
  ports.clock.advance(SETUP_LIFETIME_MS);
  expect(await setUpInstallation(ports, first(expired))).toEqual({ refused: 'LINK_INVALID' });
  const good = secretOf(await issueSetupLink(ports));
  expect(good).not.toBe(expired);
  unwrap(await setUpInstallation(ports, first(good)));
  expect(await setUpInstallation(ports, first(good))).toEqual({ refused: 'LINK_INVALID' });
});

test('once there is an account, no link is issued and the previous one is void', async () => {
  const secret = secretOf(await issueSetupLink(ports));
  unwrap(await createAccount(ports, { name: 'Made on the command line' }));
  expect(await setUpInstallation(ports, first(secret))).toEqual({ refused: 'LINK_INVALID' });
  expect(await issueSetupLink(ports)).toBeUndefined();
});

test('a rejected password leaves the link valid', async () => {
  const secret = secretOf(await issueSetupLink(ports));
  const weak = { ...first(secret), password: 'short' };
  expect(await setUpInstallation(ports, weak)).toMatchObject({ refused: 'PASSWORD_TOO_SHORT' });
  unwrap(await setUpInstallation(ports, first(secret)));
});

test('stores neither the secret nor the password', async () => {
  const secret = secretOf(await issueSetupLink(ports));
  expect(written()).not.toContain(secret);
  unwrap(await setUpInstallation(ports, first(secret)));
  expect(written()).not.toContain(ADMIN_PASSWORD);
});
