import { describe, expect, test } from 'vitest';
import { refusalFrom, refusalOf } from '../../testing/refusal.ts';
import { AT, createSite, ORIGIN } from '../../testing/site.ts';
import { createTestIssuer } from '../test-kit/index.ts';
import { ironSession, signInHandlers } from './index.ts';

const NO_STORE = 'no-store';

async function refusalIn(response: Response): Promise<{ status: number; code: string }> {
  expect(response.headers.get('cache-control')).toBe(NO_STORE);
  const { code } = await response.json();
  return { status: response.status, code };
}

describe('a sign-in', () => {
  test('gives a nonce, takes the result, renews the session and says where to go', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    const begun = await site.post('/countersign/nonce', visitor);
    expect(begun.headers.get('cache-control')).toBe(NO_STORE);
    const { nonce, ...rest } = await begun.json();
    expect(rest).toEqual({});
    const before = visitor.id;

    const result = await site.result({ nonce, sub: 'usr_1', preferred_username: 'maria', jti: 'flw_1' });
    const response = await site.post('/countersign/sign-in', visitor, { result, next: '/account?tab=orders' });
    expect(await response.json()).toEqual({ redirect: '/account?tab=orders' });
    expect(response.headers.get('cache-control')).toBe(NO_STORE);
    expect(await site.signIn.currentUser(visitor)).toEqual({
      ...{ id: 'usr_1', login: 'maria', jti: 'flw_1', acr: '2', authTime: AT / 1000 },
    });
    expect(visitor.id).not.toBe(before);
    expect(site.sessions.has(before)).toBe(false);
    expect(site.consumed).toEqual(['usr_1']);
  });

  test('continues with the same nonce after a reload, and begins again after 15 minutes', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    const nonce = await site.nonce(visitor);
    site.clock.now += 899_999;
    expect(await site.nonce(visitor)).toBe(nonce);
    site.clock.now += 1;
    expect(await site.nonce(visitor)).not.toBe(nonce);
    // A clock that went back.
    const again = await site.nonce(visitor);
    site.clock.now -= 3_600_000;
    expect(await site.nonce(visitor)).not.toBe(again);
  });

  test('by a form: redirects with 303', async () => {
    const site = await createSite({ afterSignIn: '/home', afterSignOut: '/bye' });
    const visitor = site.visitor();
    const result = await site.result({ nonce: await site.nonce(visitor) });
    const form = (path: string, fields: Record<string, string>) =>
      site.signIn.handle(
        new Request(ORIGIN + path, { method: 'POST', headers: { origin: ORIGIN }, body: new URLSearchParams(fields) }),
        visitor,
      );
    const signedIn = await form('/countersign/sign-in', { countersign_result: result });
    expect([signedIn?.status, signedIn?.headers.get('location')]).toEqual([303, '/home']);
    expect(signedIn?.headers.get('cache-control')).toBe(NO_STORE);
    const signedOut = await form('/countersign/sign-out', {});
    expect([signedOut?.status, signedOut?.headers.get('location')]).toEqual([303, '/bye']);
    expect(await site.signIn.currentUser(visitor)).toBeUndefined();
  });

  test('works on another base path, and knows no other', async () => {
    const site = await createSite({ basePath: '/auth/2fa' });
    expect((await site.post('/auth/2fa/nonce', site.visitor())).status).toBe(200);
    for (const path of ['/countersign/nonce', '/auth/2fa', '/auth/2fa/nonce/', '/auth/2fa//nonce', '/AUTH/2fa/nonce']) {
      expect(await site.signIn.handle(new Request(ORIGIN + path, { method: 'POST' }), site.visitor())).toBeUndefined();
    }
  });

  test('asks the site, which may refuse', async () => {
    const seen: string[] = [];
    const site = await createSite({
      async onSignIn({ id }, { otp }) {
        seen.push(id, otp);
        return id !== 'usr_barred';
      },
    });
    const visitor = site.visitor();
    const response = await site.complete(visitor, { sub: 'usr_barred' });
    expect(await refusalIn(response)).toEqual({ status: 403, code: 'ACCESS_DENIED' });
    expect(await site.signIn.currentUser(visitor)).toBeUndefined();
    expect((await site.complete(visitor, { sub: 'usr_1' })).status).toBe(200);
    expect(seen).toEqual(['usr_barred', 'verified', 'usr_1', 'verified']);
  });
});

describe('attacks on a sign-in', () => {
  test('SR-10: a result is posted twice, and once more with the session of before', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    const nonce = await site.nonce(visitor);
    const old = { ...visitor };
    const result = await site.result({ nonce });
    expect((await site.post('/countersign/sign-in', visitor, { result })).status).toBe(200);
    for (const again of [visitor, old]) {
      const response = await site.post('/countersign/sign-in', again, { result });
      expect(await refusalIn(response)).toEqual({ status: 403, code: 'RESULT_NONCE_WRONG' });
    }
  });

  test('SR-10: a copy of an encrypted cookie brings the used nonce back; the service refuses the second use', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    const nonce = await site.nonce(visitor);
    const copy = structuredClone(site.sessions.get(visitor.id)) ?? {};
    const result = await site.result({ nonce });
    await site.post('/countersign/sign-in', visitor, { result });
    site.sessions.set('copied', copy);
    const response = await site.post('/countersign/sign-in', { id: 'copied' }, { result });
    expect(await refusalIn(response)).toEqual({ status: 403, code: 'RESULT_USED' });
  });

  test('SR-10: without a service that refuses it, sessions in a cookie sign no one in', async () => {
    const session = () => ironSession({ save: async () => {} });
    const { post } = await createSite({ client: undefined as never, session });
    for (const route of ['/countersign/nonce', '/countersign/sign-in']) {
      const { code, message } = await refusalOf(post(route, { id: '' }, { result: '' }));
      expect([code, message]).toEqual(['OPTION_INVALID', expect.stringContaining('"client"')]);
    }
  });

  test('SR-10: a wrong result is tried, then the right one with the same nonce', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    const result = await site.result({ nonce: await site.nonce(visitor) });
    await site.post('/countersign/sign-in', visitor, { result: 'a.b.c' });
    expect(await refusalIn(await site.post('/countersign/sign-in', visitor, { result }))).toEqual({
      ...{ status: 403, code: 'RESULT_NONCE_WRONG' },
    });
  });

  test('SR-10: the result of another session, of another page, and one from 15 minutes ago', async () => {
    const site = await createSite();
    const [visitor, victim] = [site.visitor(), site.visitor()];
    const stolen = await site.result({ nonce: await site.nonce(visitor) });
    await site.nonce(victim);
    expect(await refusalIn(await site.post('/countersign/sign-in', victim, { result: stolen }))).toEqual({
      ...{ status: 403, code: 'RESULT_NONCE_WRONG' },
    });
    const elsewhere = await site.complete(site.visitor(), { origin: 'https://evil.example' });
    expect(await refusalIn(elsewhere)).toEqual({ status: 403, code: 'RESULT_ORIGIN_WRONG' });
    const nonce = await site.nonce(visitor);
    site.clock.now += 900_000;
    const late = await site.post('/countersign/sign-in', visitor, { result: await site.result({ nonce }) });
    expect(await refusalIn(late)).toEqual({ status: 403, code: 'RESULT_NONCE_WRONG' });
  });

  test('another site posts the result of the attacker, or signs the visitor out', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    await site.complete(visitor);
    const before = visitor.id;
    for (const route of ['nonce', 'sign-in', 'sign-out']) {
      const response = await site.post(`/countersign/${route}`, visitor, {}, { origin: 'https://evil.example' });
      expect(await refusalIn(response)).toEqual({ status: 403, code: 'POST_CROSS_SITE' });
      const get = new Request(`${ORIGIN}/countersign/${route}`, { headers: { origin: ORIGIN } });
      const got = await site.signIn.handle(get, visitor);
      expect([got?.status, got?.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect(visitor.id).toBe(before);
    expect(await site.signIn.currentUser(visitor)).toBeDefined();
  });

  test('a result in the address is not read', async () => {
    const site = await createSite();
    const visitor = site.visitor();
    const result = await site.result({ nonce: await site.nonce(visitor) });
    const query = `result=${result}&countersign_result=${result}`;
    const response = await site.post(`/countersign/sign-in?${query}`, visitor);
    expect(await refusalIn(response)).toEqual({ status: 403, code: 'RESULT_MALFORMED' });
  });

  test('a link leads the visitor to another site after the sign-in', async () => {
    const site = await createSite({ afterSignIn: '/home' });
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', '/%2f%2fevil.example', 7]) {
      const visitor = site.visitor();
      const result = await site.result({ nonce: await site.nonce(visitor) });
      const response = await site.post('/countersign/sign-in', visitor, { result, next });
      expect(await response.json()).toEqual({ redirect: '/home' });
    }
  });

  test('a body that is too large, no JSON, no object, or says something twice', async () => {
    const site = await createSite();
    const send = (body: BodyInit | null, type: string) => {
      const headers = { origin: ORIGIN, 'content-type': type };
      const request = new Request(`${ORIGIN}/countersign/sign-in`, { method: 'POST', headers, body });
      return site.signIn.handle(request, site.visitor());
    };
    const outcomes = [
      await send(`{"result":"${'a'.repeat(16_384)}"}`, 'application/json'),
      await send('{', 'application/json'),
      await send('[]', 'application/json'),
      await send('null', 'application/json'),
      await send('{"result":"a","result":"b"}', 'application/json'),
      await send('countersign_result=a&countersign_result=b', 'application/x-www-form-urlencoded'),
      await send('{}', 'text/plain'),
    ];
    expect(await Promise.all(outcomes.map((response) => refusalIn(response ?? new Response('{}'))))).toEqual([
      { status: 413, code: 'BODY_TOO_LARGE' },
      { status: 400, code: 'JSON_INVALID' },
      { status: 400, code: 'JSON_INVALID' },
      { status: 400, code: 'JSON_INVALID' },
      { status: 400, code: 'JSON_INVALID' },
      { status: 400, code: 'DUPLICATE_NAME' },
      { status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' },
    ]);
  });

  test('a body without end is not read to its end', async () => {
    const site = await createSite();
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(32));
      },
    });
    const headers = { origin: ORIGIN, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, duplex: 'half' };
    const response = await site.signIn.handle(new Request(`${ORIGIN}/countersign/sign-in`, init), site.visitor());
    expect(response?.status).toBe(413);
    expect(sent).toBeLessThan(32 * 1024);
  });

  test('fewer factors than the site requires', async () => {
    const site = await createSite({ require: { acr: '2', otp: true } });
    const alone = await site.complete(site.visitor(), { acr: '1', otp: 'not_used', amr: ['pwd'] });
    expect((await refusalIn(alone)).code).toMatch(/RESULT_(?:ACR|OTP)_REQUIRED/);
  });

  test('SR-3: keys, service or API key fail: 503, and no one is signed in', async () => {
    const issuer = await createTestIssuer();
    const fail = (code: string, status?: number) => () =>
      Promise.reject(Object.assign(new Error(code), { name: 'CountersignError', code, status }));
    const cases = [
      { verifier: { verifyResult: fail('JWKS_UNAVAILABLE') }, expected: 503 },
      { consumeResult: fail('TIMEOUT'), expected: 503 },
      { consumeResult: fail('UNAVAILABLE', 503), expected: 503 },
      { consumeResult: fail('API_KEY_INVALID', 401), expected: 503 },
      { consumeResult: fail('SCOPE_MISSING', 403), expected: 503 },
      { consumeResult: fail('RATE_LIMITED', 429), expected: 429 },
      { consumeResult: fail('RESULT_REVOKED', 403), expected: 403 },
    ];
    for (const { verifier, consumeResult, expected } of cases) {
      const site = await createSite({
        ...(verifier && { verifier }),
        ...(consumeResult && { client: { ...issuer.client, consumeResult } }),
      });
      const visitor = site.visitor();
      const response = await site.complete(visitor);
      expect(response.status).toBe(expected);
      expect(response.headers.get('cache-control')).toBe(NO_STORE);
      expect(await site.signIn.currentUser(visitor)).toBeUndefined();
    }
  });

  test('SR-3: a bug or a session that cannot be read is thrown, and no response', async () => {
    const broken = await createSite({ session: () => Promise.reject(new Error('The store is down.')) });
    const request = new Request(`${ORIGIN}/account`, { headers: { accept: 'text/html' } });
    await expect(broken.signIn.requireSignIn(request, broken.visitor())).rejects.toThrow('The store is down.');
    await expect(broken.post('/countersign/nonce', broken.visitor())).rejects.toThrow('The store is down.');
  });
});

describe('options', () => {
  const session = () => ({ read: () => undefined, write() {}, renew() {} });

  test.each([
    ['origin', { origin: 'https://shop.example/' }],
    ['origin', { origin: 'shop.example' }],
    ['origin', { origin: 'http://shop.example' }],
    ['resource', { resource: '' }],
    ['basePath', { basePath: '//evil.example' }],
    ['basePath', { basePath: '/' }],
    ['signInPath', { signInPath: 'https://evil.example/' }],
    ['signInPath', { signInPath: '/sign-in?x=1' }],
    ['afterSignIn', { afterSignIn: '//evil.example' }],
    ['afterSignOut', { afterSignOut: '' }],
    ['client', { stampOf: () => 'x' }],
  ])('refuses a wrong %s', async (name, wrong) => {
    const { verifier, resource } = await createTestIssuer();
    const refusal = await refusalFrom(() => signInHandlers({ verifier, resource, origin: ORIGIN, session, ...wrong }));
    expect(refusal).toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining(`"${name}"`) });
  });

  test('refuses a missing verifier or session', async () => {
    const { verifier, resource } = await createTestIssuer();
    const without = (options: object) =>
      refusalFrom(() => signInHandlers({ resource, origin: ORIGIN, ...options } as never));
    expect((await without({ session })).message).toContain('"verifier"');
    expect((await without({ verifier })).message).toContain('"session"');
  });
});
