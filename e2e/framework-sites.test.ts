import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { Account } from '../docs/testing/account.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { FRAMEWORK_SITES } from './harness/framework-sites.ts';
import { type OpenSite, openSite, type Person, SITE_PASSWORD } from './harness/open-site.ts';
import { type Person as AnyPerson, type Device, makePerson, makePersonWithDevice } from './harness/people.ts';
import { Visitor } from './harness/visitor.ts';
import { widgetOn } from './harness/widget-view.ts';

const EVIL = 'https://evil.example';

let stage: E2eFixture;
let account: Account;

beforeAll(async () => {
  stage = await createE2eFixture();
  account = new Account(stage.service.url, stage.service.apiKey);
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

const taken = new Map<Device, number>();

/** How many codes of this device were used before. */
function take(device: Device): number {
  const count = taken.get(device) ?? 0;
  taken.set(device, count + 1);
  return count;
}

describe.each(FRAMEWORK_SITES)('the example for $language', (site) => {
  let open: OpenSite;
  let database: string;
  let origin: string;
  let resource: string;

  async function start(settings: Record<string, string>) {
    open = await openSite(site, stage.service, account, settings);
    ({ origin, resource, database } = open);
  }
  const stop = () => open?.close();
  const takeUser = () => open.takeUser();

  async function nonceOf(visitor: Visitor): Promise<{ nonce: string; loginRequest?: string }> {
    const { status, json, text } = await visitor.post('nonce', {});
    expect(status, text).toBe(200);
    const { nonce, loginRequest } = json;
    return { nonce: String(nonce), ...(loginRequest !== undefined && { loginRequest: String(loginRequest) }) };
  }

  /** What the widget would give to a page of this visitor. */
  async function resultFor(visitor: Visitor, person: Person): Promise<string> {
    return finish(await nonceOf(visitor), person);
  }
  /** Without the password at Countersign, which takes long to check on purpose. */
  async function finish(begun: { nonce: string; loginRequest?: string }, { user, login, device }: Person) {
    const { nonce } = begun;
    const asked = { user: user.id, resource, nonce, passwordChecked: true };
    const loginRequest = begun.loginRequest ?? (await stage.service.client.createLoginRequest(asked)).loginRequest;
    const answers = { id: user.id, login, password: '', code: () => device.code(take(device)) };
    return account.signIn({ resource, origin, nonce, loginRequest }, answers);
  }

  const byPassword = async (visitor: Visitor, { user, login, password }: AnyPerson) =>
    account.signIn({ resource, origin, ...(await nonceOf(visitor)) }, { id: user.id, login, password, code: () => '' });

  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).text.includes('Hello, ');

  describe('where Countersign checks the password', () => {
    beforeAll(() => start({}));
    afterAll(stop);

    test('signs a user in on the page that was asked for, keeps the session, and signs out', async () => {
      const person = await makePersonWithDevice(stage.service.client, resource);
      open.addToTable([person]);
      const page = await stage.open(`${origin}/account`);
      await expect(page).toHaveURL(`${origin}/sign-in?next=%2Faccount`);
      const widget = widgetOn(page);
      await widget.identify(person.login);
      await widget.givePassword(person.password);
      await widget.giveCode(person.device.code());
      await expect(page).toHaveURL(`${origin}/account`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${person.login}`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await expect(page).toHaveURL(`${origin}/`);
      await page.goto(`${origin}/account`);
      await expect(page).toHaveURL(`${origin}/sign-in?next=%2Faccount`);
    });

    // Session fixation: the attacker plants a session, and waits until the victim signs in with it.
    test('gives the session a new id at sign-in and sign-out', async () => {
      const visitor = new Visitor(origin);
      const result = await resultFor(visitor, takeUser());
      const planted = visitor.copy();
      expect((await visitor.post('sign-in', { result })).json).toEqual({ redirect: '/account' });
      expect(await isSignedIn(visitor)).toBe(true);
      expect(await isSignedIn(planted)).toBe(false);
      const copied = visitor.copy();
      expect((await visitor.post('sign-out', {})).json).toEqual({ redirect: '/' });
      expect(await isSignedIn(visitor)).toBe(false);
      expect(await isSignedIn(copied)).toBe(false);
    });

    // Login CSRF: a page of the attacker posts the attacker's own result, or signs the victim out.
    test.each([
      ['another origin', { origin: EVIL }],
      ['an opaque origin', { origin: 'null' }],
      ['what the browser calls another site', { 'sec-fetch-site': 'cross-site' }],
      ['the host that was asked', { origin: 'http://evil.example', host: 'evil.example' }],
    ])('refuses posts of %s', async (_, headers) => {
      const visitor = new Visitor(origin);
      const result = await resultFor(visitor, takeUser());
      for (const route of ['nonce', 'sign-in', 'sign-out']) {
        const { status, json } = await visitor.post(route, { result }, headers);
        // A framework may refuse the host before.
        expect([400, 403]).toContain(status);
        if (status === 403) expect(json).toEqual({ code: 'POST_CROSS_SITE' });
      }
      expect(await isSignedIn(visitor)).toBe(false);
      expect((await visitor.post('sign-in', { result })).status).toBe(200);
      await visitor.post('sign-out', {}, headers);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    // Open redirect: a link to the sign-in leads to a copy of the site that asks for the password once more.
    test('leads to paths of this site alone', async () => {
      const person = takeUser();
      for (const [next, expected] of [
        ['//evil.example', '/account'],
        [`${EVIL}/`, '/account'],
        ['/\\evil.example', '/account'],
        ['/%2f%2fevil.example', '/account'],
        ['/transfer?x=1', '/transfer?x=1'],
      ]) {
        const visitor = new Visitor(origin);
        const { json } = await visitor.post('sign-in', { result: await resultFor(visitor, person), next });
        expect(json).toEqual({ redirect: expected });
      }
      const visitor = new Visitor(origin);
      const fields = { countersign_result: await resultFor(visitor, takeUser()), next: '/transfer' };
      const { status, headers } = await visitor.form('/countersign/sign-in', fields);
      expect([status, headers.location]).toEqual([303, '/transfer']);
    });

    // A result in an address ends in logs, histories and referrers, and a link signs its reader in.
    test('reads no result from an address', async () => {
      const visitor = new Visitor(origin);
      const result = await resultFor(visitor, takeUser());
      const query = `?result=${result}&countersign_result=${result}`;
      expect((await visitor.get(`/countersign/sign-in${query}`)).status).toBe(405);
      expect((await visitor.post(`sign-in${query}`, {})).json).toEqual({ code: 'RESULT_MALFORMED' });
      expect(await isSignedIn(visitor)).toBe(false);
    });

    // A thief of a result takes it to a session of their own, or sends it a second time.
    test('accepts a result once, and in the session that asked for it', async () => {
      const visitor = new Visitor(origin);
      const other = new Visitor(origin);
      const result = await resultFor(visitor, takeUser());
      await nonceOf(other);
      expect((await other.post('sign-in', { result })).json).toEqual({ code: 'RESULT_NONCE_WRONG' });
      expect((await new Visitor(origin).post('sign-in', { result })).json).toEqual({ code: 'RESULT_NONCE_WRONG' });
      const before = visitor.copy();
      expect((await visitor.post('sign-in', { result })).status).toBe(200);
      for (const again of [visitor, before, other]) {
        const { status, json } = await again.post('sign-in', { result });
        expect(status).toBe(403);
        expect(json.code).toMatch(/^RESULT_(?:NONCE_WRONG|USED)$/);
      }
      expect(await isSignedIn(other)).toBe(false);
    });

    // A link with the attacker's own session in it makes its reader work in the account of the attacker.
    test('takes no session from an address', async () => {
      const attacker = new Visitor(origin);
      await attacker.post('sign-in', { result: await resultFor(attacker, takeUser()) });
      expect(await isSignedIn(attacker)).toBe(true);
      for (const cookie of attacker.cookie.split('; ')) {
        const [name = '', id = ''] = cookie.split('=', 2);
        for (const known of [name, 'jsessionid', 'PHPSESSID']) {
          for (const mark of [';', '?']) {
            const { text } = await new Visitor(origin).get(`/account${mark}${known}=${id}`);
            expect(text, `${mark}${known}`).not.toContain('Hello, ');
          }
        }
      }
    });

    // A guard that looks at the path is passed by whatever the framework reads as another path than the guard.
    test.each([
      ...[
        '/account',
        '//account',
        '/./account',
        '/x/../account',
        '/%61ccount',
        '/account/',
        '/account;x',
        '/account%2f',
      ],
      ...['/account?x', '/ACCOUNT', '/%2e/account', '/account%00', '/index.php/account', '/account.json'],
    ])('shows nothing at %s without a sign-in', async (path) => {
      const visitor = new Visitor(origin);
      for (const target of [path, origin + path, `http://evil.example${path}`]) {
        for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'REPORT']) {
          const headers = { 'x-http-method-override': 'GET', 'x-original-url': '/', 'x-rewrite-url': '/' };
          const { status, text } = await visitor.send(method, target, headers);
          expect(text, `${method} ${target}`).not.toContain('Hello');
          expect(text, `${method} ${target}`).not.toContain('Sign out');
          if (path === '/account' && method === 'GET') expect(status).not.toBe(200);
        }
      }
    });

    test('refuses what is no post of JSON or a form', async () => {
      const visitor = new Visitor(origin);
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        expect((await visitor.send(method, '/countersign/sign-out', { origin })).status, method).toBe(405);
      }
      const plain = await visitor.post('sign-in', {}, { 'content-type': 'text/plain' });
      expect([plain.status, plain.json]).toEqual([415, { code: 'MEDIA_TYPE_UNSUPPORTED' }]);
      const large = await visitor.post('sign-in', { result: 'x'.repeat(17_000) });
      expect([large.status, large.json]).toEqual([413, { code: 'BODY_TOO_LARGE' }]);
      expect(large.headers['cache-control']).toContain('no-store');
      for (const body of ['{', '[]', '{"result":1,"result":2}']) {
        const headers = { origin, 'content-type': 'application/json' };
        expect((await visitor.send('POST', '/countersign/sign-in', headers, body)).status, body).toBe(400);
      }
    });

    // A session that was left open is used for what needs two factors.
    test('asks for two factors where one was shown', async () => {
      const person = await makePerson(stage.service.client, resource);
      open.addToTable([person]);
      const visitor = new Visitor(origin);
      expect((await visitor.post('sign-in', { result: await byPassword(visitor, person) })).status).toBe(200);
      expect(await isSignedIn(visitor)).toBe(true);
      const { status, text } = await visitor.get('/transfer');
      expect([status, JSON.parse(text)]).toEqual([403, { code: 'STEP_UP_REQUIRED', acr: '2', maxAgeMs: 300_000 }]);
      const stepUp = await visitor.post('nonce', { acr: '2' });
      expect([stepUp.status, stepUp.json]).toEqual([403, { code: 'LEVEL_UNREACHABLE' }]);
      expect((await new Visitor(origin).post('nonce', { acr: '2' })).json).toEqual({ code: 'SIGN_IN_REQUIRED' });
    });

    test('is no longer signed in once the user is blocked', async () => {
      const person = takeUser();
      const visitor = new Visitor(origin);
      await visitor.post('sign-in', { result: await resultFor(visitor, person) });
      expect(await isSignedIn(visitor)).toBe(true);
      site.table.block(database, person.login);
      expect(await isSignedIn(visitor)).toBe(false);
    });
  });

  describe('where the site checks the password', () => {
    beforeAll(() => start({ OWN_PASSWORDS: '1' }));
    afterAll(stop);

    /** After the first step. */
    async function withPassword(person: Person): Promise<Visitor> {
      const visitor = new Visitor(origin);
      const { status } = await givePassword(visitor, person);
      expect([302, 303]).toContain(status);
      return visitor;
    }
    async function givePassword(visitor: Visitor, person: { login: string }, headers: Record<string, string> = {}) {
      const { text } = await visitor.get('/');
      const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
      const tokens = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
      return visitor.form('/password', { ...tokens, name: person.login, password: SITE_PASSWORD }, headers);
    }

    test('signs a user in with the password of the site and a code', async () => {
      const person = takeUser();
      const page = await stage.open(`${origin}/`);
      await page.getByLabel('Name').fill(person.login);
      await page.getByLabel('Password').fill(SITE_PASSWORD);
      await page.getByRole('button', { name: 'Continue' }).click();
      await widgetOn(page).giveCode(person.device.code());
      await expect(page).toHaveURL(`${origin}/account`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${person.login}`);
      await page.goto(`${origin}/transfer`);
      await expect(page.locator('body')).toContainText('Two factors within five minutes.');
    });

    test('refuses a right password while the user has no id at Countersign', async () => {
      const login = `new-${randomBytes(4).toString('hex')}`;
      open.addToTable([{ login, user: { id: '' } }]);
      const visitor = new Visitor(origin);
      expect((await givePassword(visitor, { login })).status).toBe(403);
      expect(await isSignedIn(visitor)).toBe(false);
    });

    test('refuses any password of a user who has none', async () => {
      const login = `social-${randomBytes(4).toString('hex')}`;
      open.addWithoutPassword({ login, user: { id: `usr_${login}` } });
      const visitor = new Visitor(origin);
      expect((await givePassword(visitor, { login })).status).toBe(403);
      expect(await isSignedIn(visitor)).toBe(false);
    });

    // The attacker has the password of the site.
    test('lets no password alone in', async () => {
      const visitor = await withPassword(takeUser());
      expect(await isSignedIn(visitor)).toBe(false);
      expect((await visitor.get('/transfer')).text).not.toContain('Two factors');
    });

    // Session fixation again: the planted session would be half signed in.
    test('gives the session a new id after the password too', async () => {
      const person = takeUser();
      const visitor = new Visitor(origin);
      await visitor.get('/');
      const planted = visitor.copy();
      await givePassword(visitor, person);
      expect((await visitor.post('nonce', {})).status).toBe(200);
      expect((await planted.post('nonce', {})).json).toEqual({ code: 'SECOND_FACTOR_ENDED' });
    });

    test('takes no password from a page of another site', async () => {
      const person = takeUser();
      const visitor = new Visitor(origin);
      expect((await givePassword(visitor, person, { origin: EVIL })).status).toBe(403);
      expect((await visitor.post('nonce', {})).json).toEqual({ code: 'SECOND_FACTOR_ENDED' });
    });

    test('accepts no result without a password before it, and a pending sign-in once', async () => {
      const person = takeUser();
      const visitor = await withPassword(person);
      const result = await resultFor(visitor, person);
      const before = visitor.copy();
      expect((await new Visitor(origin).post('sign-in', { result })).json).toEqual({ code: 'SECOND_FACTOR_ENDED' });
      expect((await visitor.post('sign-in', { result })).json).toEqual({ redirect: '/account' });
      for (const again of [visitor, before]) {
        expect((await again.post('sign-in', { result })).json).toEqual({ code: 'SECOND_FACTOR_ENDED' });
        expect((await again.post('nonce', {})).json).toEqual({ code: 'SECOND_FACTOR_ENDED' });
      }
    });

    // The attacker has the victim's password, and a second factor of their own.
    test("refuses another user's result, and leaves it unused", async () => {
      const attacker = takeUser();
      const visitor = await withPassword(takeUser());
      const { nonce } = await nonceOf(visitor);
      const result = await finish({ nonce }, attacker);
      const { status, json } = await visitor.post('sign-in', { result });
      expect([status, json]).toEqual([403, { code: 'RESULT_OF_ANOTHER_USER' }]);
      expect(await isSignedIn(visitor)).toBe(false);
      expect((await stage.service.client.consumeResult({ result, resource, nonce })).sub).toBe(attacker.user.id);
    });

    // The victim notices, and changes the password or has the account blocked, while the attacker looks for the code.
    test.each([
      ['blocked', (login: string) => site.table.block(database, login)],
      ['given another password', (login: string) => site.table.changePassword(database, login, site.hash('new'))],
    ])('refuses a user who was %s after the password', async (_, change) => {
      const person = takeUser();
      const visitor = await withPassword(person);
      const result = await resultFor(visitor, person);
      change(person.login);
      const { status, json } = await visitor.post('sign-in', { result });
      expect([status, json]).toEqual([403, { code: 'SECOND_FACTOR_ENDED' }]);
      expect(await isSignedIn(visitor)).toBe(false);
    });
  });
});
