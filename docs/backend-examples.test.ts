import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, newNonce } from '../clients/typescript/src/index.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { Account, type Person } from './testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from './testing/built-service.ts';
import { allCodeBlocks } from './testing/code-blocks.ts';
import { ExampleValues } from './testing/example-values.ts';
import { ExampleModules } from './testing/modules.ts';

const ORIGIN = 'https://shop.example';

interface Session {
  nonce?: string;
  user?: string;
}

let place: Place;
let service: BuiltService;
let examples: ExampleModules;
let account: Account;
let resource: string;
let maria: Person;

beforeAll(async () => {
  place = await makePlace();
  place.env.COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK = 'true';
  const key = setUp(place);
  service = await serve(place);
  account = new Account(service.url, key);
  resource = await account.resource({
    allowedOrigins: [ORIGIN],
    redirectUris: [`${ORIGIN}/signed-in`],
    appRedirectUris: ['http://127.0.0.1/signed-in'],
    rememberMs: 3_600_000,
  });
  const values = new ExampleValues();
  values.set('https://auth.example', service.url);
  values.set('res_01k8dq9z2mp', resource);
  // The quickstart's server is tried with its page, in quickstart.browser.test.ts.
  const blocks = allCodeBlocks().filter(
    ({ language, role, file }) => language === 'ts' && role === '' && file !== 'docs/quickstart.md',
  );
  examples = await ExampleModules.create(blocks, values);
  // The examples read it as they are loaded.
  process.env.API_KEY = key;
  process.env.SECRET_KEY = 'of-at-least-thirty-two-characters';
});

afterAll(async () => {
  delete process.env.API_KEY;
  delete process.env.SECRET_KEY;
  await examples.remove();
  await service.stop();
  await place.remove();
});

/** The result that the page gets when a user signs in with password and code. */
async function resultFor(nonce: string): Promise<string> {
  maria = await account.person(resource);
  return account.signIn({ resource, nonce, origin: ORIGIN }, maria);
}

describe('the examples for backends', () => {
  test('are the ones that are tried here', () => {
    expect(examples.paths).toEqual([
      'backend/add-users.ts',
      'backend/confirm-order.ts',
      'backend/events.ts',
      'backend/hook.ts',
      'backend/readme.ts',
      'backend/redirect.ts',
      'backend/sign-in-once.ts',
      'backend/sign-in.ts',
      'backend/sign-transaction.ts',
      'backend/step-up.ts',
      'backend/terminal.ts',
      'desktop/sign-in.ts',
      'test/sign-in.ts',
      'web/sign-in.ts',
    ]);
  });

  test('README: signs in the visitor who started, and no other', async () => {
    const { beginSignIn, finishSignIn } = await examples.load<{
      beginSignIn(session: Session): string;
      finishSignIn(session: Session, result: string): Promise<void>;
    }>('backend/readme.ts');
    const session: Session = {};
    const victim: Session = {};
    const result = await resultFor(beginSignIn(session));
    beginSignIn(victim);

    await expect(finishSignIn(victim, result)).rejects.toMatchObject({ code: 'RESULT_NONCE_WRONG' });
    expect(victim.user).toBeUndefined();
    await finishSignIn(session, result);
    expect(session.user).toBe(maria.id);
    await expect(finishSignIn(session, result)).rejects.toMatchObject({ code: 'RESULT_NONCE_WRONG' });
  });

  test('sign-in: the nonce stays until it is used, and serves once', async () => {
    const { beginSignIn, finishSignIn } = await examples.load<{
      beginSignIn(session: Session): string;
      finishSignIn(session: Session, result: string): Promise<boolean>;
    }>('backend/sign-in.ts');
    const session: Session = {};
    const nonce = beginSignIn(session);
    expect(beginSignIn(session)).toBe(nonce);
    const result = await resultFor(nonce);

    expect(await finishSignIn({}, result)).toBe(false);
    expect(await finishSignIn(session, result)).toBe(true);
    expect(session).toEqual({ user: maria.id });
    expect(await finishSignIn(session, result)).toBe(false);
    expect(beginSignIn(session)).not.toBe(nonce);
  });

  test('sign-in guide: a test signs in without a service', async () => {
    const { signInAs } = await examples.load<{ signInAs(sub: string): Promise<string | undefined> }>('test/sign-in.ts');
    expect(await signInAs('usr_1')).toBe('usr_1');
  });

  test('sign-in guide: a framework of the web standard needs a request and its cookies', async () => {
    interface Visit {
      request: Request;
      cookies: { get(name: string): string | undefined; set(name: string, value: string): void };
    }
    const { respond, signIn } = await examples.load<{
      respond(visit: Visit): Promise<Response>;
      signIn: { currentUser(visit: Visit): Promise<{ id: string } | undefined> };
    }>('web/sign-in.ts');
    const jar = new Map<string, string>();
    const cookies = {
      get: (name: string) => jar.get(name),
      set: (name: string, value: string) => jar.set(name, value),
    };
    const post = (route: string, body: object, origin = ORIGIN) => {
      const headers = { origin, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return respond({ request: new Request(`${ORIGIN}/countersign/${route}`, init), cookies });
    };
    const user = () => signIn.currentUser({ request: new Request(ORIGIN), cookies });
    const { nonce } = await (await post('nonce', {})).json();
    const result = await resultFor(nonce);
    expect((await post('sign-in', { result }, 'https://evil.example')).status).toBe(403);
    expect(await (await post('sign-in', { result })).json()).toEqual({ redirect: '/' });
    expect((await user())?.id).toBe(maria.id);
    expect((await post('sign-in', { result })).status).toBe(403);
    await post('sign-out', {});
    expect(await user()).toBeUndefined();
    expect((await post('other', {})).status).toBe(404);
  });

  test('sign-in-once: the service refuses the second use', async () => {
    const { consume } = await examples.load<{ consume(result: string, nonce: string): Promise<string> }>(
      'backend/sign-in-once.ts',
    );
    const nonce = newNonce();
    const result = await resultFor(nonce);
    expect(await consume(result, nonce)).toBe(maria.id);
    await expect(consume(result, nonce)).rejects.toMatchObject({ code: 'RESULT_USED' });
    await expect(consume(result, newNonce())).rejects.toMatchObject({ code: 'RESULT_INVALID' });
  });

  test('add-users: each may sign in, and a taken login has no id', async () => {
    const { addUsers } = await examples.load<{
      addUsers(users: { id: number; name: string }[]): Promise<(string | undefined)[]>;
    }>('backend/add-users.ts');
    const ids = await addUsers([
      { id: 1, name: 'first-of-table' },
      { id: 2, name: maria.login },
    ]);
    expect(ids).toEqual([expect.stringMatching(/^usr_/), undefined]);
    const [user = ''] = ids;
    const client = createClient({ url: service.url, apiKey: process.env.API_KEY ?? '' });
    expect((await client.users.get(user)).assignments).toMatchObject([{ resource }]);
  });

  test('confirm-order: accepts the code of the named user only', async () => {
    const { requestCode, verifyCode } = await examples.load<{
      requestCode(user: string): Promise<{ loginRequest: string; nonce: string }>;
      verifyCode(result: string, nonce: string, user: string): Promise<void>;
    }>('backend/confirm-order.ts');
    const nikolai = await account.person(resource);
    const asked = await requestCode(nikolai.login);
    const result = await account.signIn({ ...asked, resource, origin: ORIGIN }, nikolai);

    await verifyCode(result, asked.nonce, nikolai.id);
    await expect(verifyCode(result, asked.nonce, 'usr_00000000000')).rejects.toThrow('another user');
  });

  test('sign-transaction: this very payment, of this very person, once', async () => {
    const { requestConfirmation, verifyConfirmation } = await examples.load<{
      requestConfirmation(user: string, payment: object): Promise<{ loginRequest: string; nonce: string }>;
      verifyConfirmation(result: string, nonce: string, user: string, payment: object): Promise<void>;
    }>('backend/sign-transaction.ts');
    const payment = { amount: '1,250.00 EUR', to: 'Olena Koval', iban: 'UA21 3223 1300 0002 6007 2335 6600 1' };
    const signer = await account.signer(resource);
    const asked = await requestConfirmation(signer.login, payment);
    const result = await account.sign({ ...asked, resource, origin: ORIGIN }, signer);

    const other = { ...payment, iban: 'UA90 3052 9900 0002 6001 1111 1111 1' };
    const wrong = { code: 'RESULT_TRANSACTION_WRONG' };
    await expect(verifyConfirmation(result, asked.nonce, signer.id, other)).rejects.toMatchObject(wrong);
    await verifyConfirmation(result, asked.nonce, signer.id, payment);
    await expect(verifyConfirmation(result, asked.nonce, signer.id, payment)).rejects.toMatchObject({
      code: 'RESULT_USED',
    });

    const withoutSigner = await account.person(resource);
    await expect(requestConfirmation(withoutSigner.login, payment)).rejects.toMatchObject({
      code: 'SIGNING_TOKEN_MISSING',
    });
  });

  test('step-up: two factors of the person of this session, without asking again for what was shown', async () => {
    interface Stepped {
      user: string;
      jti: string;
      nonce?: string;
    }
    const { requestTwoFactors, verifyTwoFactors } = await examples.load<{
      requestTwoFactors(session: Stepped): Promise<{ loginRequest: string; nonce: string }>;
      verifyTwoFactors(session: Stepped, result: string): Promise<void>;
    }>('backend/step-up.ts');
    const { consume } = await examples.load<{ consume(result: string, nonce: string): Promise<string> }>(
      'backend/sign-in-once.ts',
    );
    const nonce = newNonce();
    const first = await resultFor(nonce);
    await consume(first, nonce);
    const [, payload = ''] = first.split('.');
    const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti: string };
    const session: Stepped = { user: maria.id, jti };
    const asked = await requestTwoFactors(session);
    // No answer is needed: both factors were shown a moment ago.
    const silent = { ...maria, password: '', code: () => '' };
    const result = await account.signIn({ ...asked, resource, origin: ORIGIN }, silent);
    await verifyTwoFactors(session, result);
    expect(session.jti).not.toBe(jti);
    await expect(verifyTwoFactors(session, result)).rejects.toMatchObject({ code: 'RESULT_NONCE_WRONG' });
  });

  test('redirect: accepts the result of this sign-in only', async () => {
    const { beginSignIn, endSignIn } = await examples.load<{
      beginSignIn(): Promise<{ location: string; nonce: string }>;
      endSignIn(form: URLSearchParams, nonce: string): Promise<string>;
    }>('backend/redirect.ts');
    const olga = await account.person(resource);
    const { location, nonce } = await beginSignIn();
    const { origin, searchParams, hash } = new URL(location);
    expect(origin).toBe(service.url);
    const loginRequest = `lrq.${searchParams.get('request')}.${hash.slice(1)}`;
    const result = await account.signIn({ loginRequest }, olga, '/widget/v1/redirected-flows');
    const form = new URLSearchParams({ countersign_result: result });

    expect(await endSignIn(form, nonce)).toBe(olga.id);
    await expect(endSignIn(form, (await beginSignIn()).nonce)).rejects.toMatchObject({ code: 'RESULT_NONCE_WRONG' });
  });

  test('desktop: the browser comes back with a code, and other programs with nothing of use', async () => {
    const { signIn } = await examples.load<{
      signIn(nonce: string, open: (address: string) => unknown): Promise<string>;
    }>('desktop/sign-in.ts');
    const peter = await account.person(resource);
    const nonce = newNonce();
    const browser = async (address: string) => {
      const { search, searchParams } = new URL(address);
      const page = await fetch(address);
      expect(page.status).toBe(200);
      await fetch(`${searchParams.get('redirect_uri')}?code=x&state=y`);
      const back = await account.signIn({ query: search }, peter, '/widget/v1/app-flows');
      expect(await (await fetch(back)).text()).toBe('Go back to the app.');
    };
    let visit: Promise<void> | undefined;
    const result = await signIn(nonce, (address) => {
      visit = browser(address);
    });
    await visit;
    expect(decodeJwt(result)).toMatchObject({ sub: peter.id, nonce, origin: service.url });
  });

  test('terminal: who it is, or what to tell the person', async () => {
    const { logIn } = await examples.load<{
      logIn(
        user: string,
        password: string,
        otp: string,
        address: string,
      ): Promise<{ userId?: string; message?: string }>;
    }>('backend/terminal.ts');
    const { id, login, password, code } = await account.person(resource);
    const otp = code();
    const wrong = otp === '000000' ? '000001' : '000000';

    expect(await logIn(login, password, wrong, '203.0.113.7')).toEqual({ message: 'Try the next code.' });
    expect(await logIn(login, 'not her password', otp, '203.0.113.7')).toEqual({ message: 'That did not work.' });
    expect(await logIn(login, password, otp, '203.0.113.7')).toEqual({ userId: id });
    expect(await logIn(login, password, otp, '203.0.113.7')).toEqual({ message: 'Try the next code.' });
  });

  test('hook: decides about each sign-in, and answers nothing forged', async () => {
    const { decide } = await examples.load<{
      decide(request: Request, planOf: (user: string) => Promise<string | undefined>): Promise<Response>;
    }>('backend/hook.ts');
    const guarded = await account.resource({ allowedOrigins: [ORIGIN] });
    const [gold, lapsed] = [await account.person(guarded), await account.person(guarded)];
    const answer = (request: Request) => decide(request, async (user) => (user === gold.id ? 'gold' : undefined));
    const server = createServer(getRequestListener(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    try {
      const { secret } = (await account.call('POST', `/v1/resources/${guarded}/hook`, { url })) as { secret: string };
      process.env.HOOK_SECRET = secret;
      const tested = await account.call('POST', `/v1/resources/${guarded}/hook/test`);
      expect(tested).toMatchObject({ decision: 'allowed' });
      const asked = { resource: guarded, nonce: newNonce(), origin: ORIGIN };
      expect(decodeJwt(await account.signIn(asked, gold))).toMatchObject({ sub: gold.id, hook: { plan: 'gold' } });
      await expect(account.signIn(asked, lapsed)).rejects.toThrow('HOOK_DENIED');
      expect((await answer(new Request(url, { method: 'POST', body: '{}' }))).status).toBe(400);
    } finally {
      delete process.env.HOOK_SECRET;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('events: handles each event once, and nothing forged', async () => {
    const { receive } = await examples.load<{
      receive(request: Request, signOut: (user: string) => Promise<void>): Promise<Response>;
    }>('backend/events.ts');
    const signedOut: string[] = [];
    const arrived: Request[] = [];
    const answer = (request: Request) => receive(request, async (user) => void signedOut.push(user));
    const server = createServer(
      getRequestListener((request) => {
        arrived.push(request.clone());
        return answer(request);
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
    try {
      const made = await account.call('POST', '/v1/webhooks', { url, events: ['user.updated'] });
      const { secret, webhook } = made as { secret: string; webhook: { id: string } };
      process.env.WEBHOOK_SECRET = secret;
      const { id } = await account.person(resource);
      await account.call('PATCH', `/v1/users/${id}`, { blocked: true });
      await waitUntil('the event has arrived', () => signedOut.length > 0);
      expect(signedOut).toEqual([id]);

      const [sent] = arrived;
      if (!sent) throw new Error('nothing arrived');
      const body = await sent.text();
      const again = (text: string) => answer(new Request(url, { method: 'POST', body: text, headers: sent.headers }));
      expect((await again(body)).status).toBe(204);
      expect((await again(body.replace(id, 'usr_00000000000'))).status).toBe(400);
      expect(signedOut).toEqual([id]);
      const tested = await account.call('POST', `/v1/webhooks/${webhook.id}/test`);
      expect(tested).toMatchObject({ delivered: true, status: 204 });
    } finally {
      delete process.env.WEBHOOK_SECRET;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
