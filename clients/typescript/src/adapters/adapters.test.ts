import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ADAPTERS, type AdapterSite, SECRET_PAGE, startSite } from '../../testing/adapter-sites.ts';

const NAMES = Object.keys(ADAPTERS) as (keyof typeof ADAPTERS)[];

/** A browser's cookies and posts. */
class Browser {
  readonly #site: AdapterSite;
  cookie = '';

  constructor(site: AdapterSite, cookie = '') {
    this.#site = site;
    this.cookie = cookie;
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(this.cookie && { cookie: this.cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(this.#site.origin + path, { redirect: 'manual', ...init, headers });
    const set = response.headers.getSetCookie().at(-1);
    if (set !== undefined) this.cookie = String(set.split(';', 1)[0]);
    return response;
  }

  post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, {
      method: 'POST',
      headers: { origin: this.#site.origin, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  async nonce(): Promise<string> {
    return String((await (await this.post('/countersign/nonce')).json()).nonce);
  }

  async signIn(claims: object = {}): Promise<Response> {
    const result = await this.#site.issuer.issueResult({
      nonce: await this.nonce(),
      origin: this.#site.origin,
      ...claims,
    });
    return this.post('/countersign/sign-in', { result, next: '/admin' });
  }
}

/** Sends bytes that no HTTP client would, and gives the whole answer. */
function sendRaw(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${head}\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

describe.each(NAMES)('a site on %s', (name) => {
  let site: AdapterSite;

  beforeAll(async () => {
    site = await startSite(name);
  });
  afterAll(() => site?.close());

  test('signs in, keeps what the site says, and signs out', async () => {
    const browser = new Browser(site);
    await browser.send('/basket', { method: 'POST', headers: { origin: site.origin } });
    const response = await browser.signIn();
    expect([response.status, await response.json()]).toEqual([200, { redirect: '/admin' }]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await (await browser.send('/account')).text()).toBe(SECRET_PAGE);
    expect(await (await browser.send('/admin')).text()).toBe(SECRET_PAGE);
    expect(await (await browser.send('/basket')).json()).toEqual({ basket: 'pilea' });

    const out = await browser.post('/countersign/sign-out');
    expect([out.status, await out.json()]).toEqual([200, { redirect: '/' }]);
    expect((await browser.send('/account')).status).toBe(401);
  });

  test('by a form, with 303', async () => {
    const browser = new Browser(site);
    const result = await site.issuer.issueResult({ nonce: await browser.nonce(), origin: site.origin });
    const send = (path: string, fields: Record<string, string>) =>
      browser.send(path, { method: 'POST', headers: { origin: site.origin }, body: new URLSearchParams(fields) });
    const signedIn = await send('/countersign/sign-in', { countersign_result: result, next: '//evil.example' });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/account']);
    expect(await (await browser.send('/account')).text()).toBe(SECRET_PAGE);
    const signedOut = await send('/countersign/sign-out', {});
    expect([signedOut.status, signedOut.headers.get('location')]).toEqual([303, '/']);
  });

  test('attack: a session is planted before the sign-in (fixation)', async () => {
    const victim = new Browser(site);
    await victim.nonce();
    const planted = victim.cookie;
    await victim.signIn();
    expect(victim.cookie).not.toBe(planted);
    expect((await new Browser(site, planted).send('/account')).status).toBe(401);
  });

  test('attack: the session of the password step is planted, and alone opens nothing', async () => {
    const own = await startSite(name, true);
    onTestFinished(own.close);
    const victim = new Browser(own);
    await victim.send('/basket', { method: 'POST', headers: { origin: own.origin } });
    const planted = victim.cookie;
    expect(await (await victim.post('/second-factor')).json()).toBe(true);
    expect(victim.cookie).not.toBe(planted);
    expect((await victim.send('/account')).status).toBe(401);
    expect(await (await victim.signIn({ sub: 'usr_thief' })).json()).toEqual({ code: 'RESULT_OF_ANOTHER_USER' });
    expect((await victim.signIn({ sub: 'usr_maria', acr: '1', amr: ['otp'] })).status).toBe(200);
    expect((await victim.send('/admin')).status).toBe(200);
  });

  test('attack: another site posts', async () => {
    const browser = new Browser(site);
    const result = await site.issuer.issueResult({ nonce: await browser.nonce(), origin: site.origin });
    for (const route of ['nonce', 'sign-in', 'sign-out']) {
      const response = await browser.post(`/countersign/${route}`, { result }, { origin: 'https://evil.example' });
      expect([response.status, await response.json()]).toEqual([403, { code: 'POST_CROSS_SITE' }]);
    }
  });

  test('attack: a replayed result, one of another session, one in the address', async () => {
    const browser = new Browser(site);
    const result = await site.issuer.issueResult({ nonce: await browser.nonce(), origin: site.origin });
    const other = new Browser(site);
    await other.nonce();
    const address = await browser.post(`/countersign/sign-in?result=${result}&countersign_result=${result}`);
    expect([address.status, await address.json()]).toEqual([403, { code: 'RESULT_MALFORMED' }]);
    for (const visitor of [other, browser]) {
      const response = await visitor.post('/countersign/sign-in', { result });
      expect([response.status, await response.json()]).toEqual([403, { code: 'RESULT_NONCE_WRONG' }]);
      expect((await visitor.send('/account')).status).toBe(401);
    }
  });

  // A script takes an empty success for a sign-in that went well. Routers decode the path before they compare it.
  test('a route in another spelling is that route, or none', async () => {
    for (const path of ['/countersign/%6eonce', '/%63ountersign/nonce', '/countersign/nonce/', '/countersign//nonce']) {
      const response = await new Browser(site).post(path);
      const text = await response.text();
      if (response.ok) expect(JSON.parse(text), path).toEqual({ nonce: expect.any(String) });
      else expect([401, 404], path).toContain(response.status);
    }
  });

  test('attack: a body larger than any result', async () => {
    const browser = new Browser(site);
    const response = await browser.post('/countersign/sign-in', { result: 'a'.repeat(20_000) });
    expect([response.status, await response.json()]).toEqual([413, { code: 'BODY_TOO_LARGE' }]);
  });

  test('wants two recent factors where it says so', async () => {
    const browser = new Browser(site);
    await browser.signIn({ acr: '1', otp: 'not_used', amr: ['pwd'] });
    expect((await browser.send('/account')).status).toBe(200);
    const response = await browser.send('/admin');
    expect([response.status, await response.json()]).toEqual([
      403,
      { code: 'STEP_UP_REQUIRED', acr: '2', maxAgeMs: 300_000 },
    ]);
    const page = await browser.send('/admin', { headers: { accept: 'text/html' } });
    expect(page.headers.get('location')).toBe('/sign-in?next=%2Fadmin&acr=2&maxAgeMs=300000');
  });

  test('sends the visitor of any closed page to sign in', async () => {
    const closed = await new Browser(site).send('/private/x', { headers: { accept: 'text/html' } });
    const location = '/sign-in?next=%2Fprivate%2Fx';
    // The proxy of Next.js fails on a path alone.
    expect(closed.headers.get('location')).toBe(name === 'next' ? site.origin + location : location);
  });

  // A guard that compares the request target with a path lets `GET http://x/account HTTP/1.1` pass; the router does not.
  test.each([
    'http://x/account',
    'http://127.0.0.1/account',
    'HTTP://x/account',
    'https://x/account?next=/',
    'http://x//account',
    'http:///account',
    'http://x',
    '//account',
    '///account',
    '/account/',
    '/account/../account',
    '/x/../account',
    '/./account',
    '/%2e/account',
    '/x/%2e%2e/account',
    '/x/..%2faccount',
    '/%61ccount',
    '/ACCOUNT',
    '/account%2f',
    '/account%00',
    '/account;x=1',
    '/account?',
    '/account%3f',
    '/account#x',
    '\\account',
    '/\\account',
    '/admin',
    'http://x/admin',
    '//admin',
    '/assets/../account',
    '*',
    'http://x?/account',
    'http://x#/account',
    'http://x\\account',
    'http://x@/account',
    'http://u:p@x/account',
    '/private/x',
    '/private/..',
    '/private/../',
    '/private/../basket',
    '/private/%2e%2e',
    '/private/%2e%2e/basket',
    '/private/..#',
    'http://x/private/..',
    'http://x?/private/x',
    'http://x\\private/x',
    'http://u:p@x/private/x',
    'http://x#/private/x',
    '/basket/../private/x',
    '/basket#/../private/x',
    '//x/private/y',
  ])('attack: the request target %s opens no page', async (target) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      const head = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nContent-Length: 0`;
      expect(await sendRaw(site.port, head), method).not.toContain(SECRET_PAGE);
    }
  });

  test('attack: another method is claimed', async () => {
    const override = ['X-HTTP-Method-Override: GET', 'X-HTTP-Method: GET', 'X-Method-Override: GET'];
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'QUERY']) {
      for (const path of ['/account', '/admin', '/account?_method=GET']) {
        const head = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${site.port}`, 'Content-Length: 0', ...override];
        expect(await sendRaw(site.port, head.join('\r\n')), method).not.toContain(SECRET_PAGE);
      }
    }
    const get = await sendRaw(site.port, `GET /countersign/sign-out HTTP/1.1\r\nHost: x\r\n${override.join('\r\n')}`);
    expect(get).toContain('405');
  });

  test('the routes are found by a whole address too, and still only from the site', async () => {
    const head = (origin: string) =>
      `POST http://x/countersign/nonce HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\nContent-Length: 0`;
    // `@fastify/session` has no session for such requests.
    expect(await sendRaw(site.port, head(site.origin))).toContain(name === 'fastify' ? ' 500 ' : '"nonce"');
    expect(await sendRaw(site.port, head('http://x'))).toContain('POST_CROSS_SITE');
  });
});

test('attack: a stolen session of Express steps up while its user signs out, which would bring it back', async () => {
  const site = await startSite('express');
  onTestFinished(site.close);
  const user = new Browser(site);
  await user.signIn();
  const thief = new Browser(site, user.cookie);
  site.meanwhile = async () => void (await user.post('/countersign/sign-out'));
  const stolen = thief.cookie;
  expect((await thief.post('/countersign/nonce', { acr: '2' })).status).toBe(500);
  expect((await new Browser(site, stolen).send('/account')).status).toBe(401);
});
