import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalFrom } from '../../testing/refusal.ts';
import { createSite, ORIGIN, type Site, type Visitor } from '../../testing/site.ts';
import type { Guard } from './guard.ts';
import { redirectPath } from './redirect-path.ts';

const MINUTES_MS = 60_000;
const PAGE = { accept: 'text/html,*/*' };

function ask(guard: Guard<Visitor>, visitor: Visitor, path = '/account', init: RequestInit = {}) {
  return guard(new Request(ORIGIN + path, init), visitor);
}

async function signedIn(site: Site, claims = {}): Promise<Visitor> {
  const visitor = site.visitor();
  expect((await site.complete(visitor, claims)).status).toBe(200);
  return visitor;
}

describe('pages for users who are signed in', () => {
  test('let them pass, and send others to the sign-in and back', async () => {
    const site = await createSite();
    const { requireSignIn } = site.signIn;
    expect(await ask(requireSignIn, await signedIn(site))).toBeUndefined();
    const response = await ask(requireSignIn, site.visitor(), '/account?tab=orders', { headers: PAGE });
    expect(response?.status).toBe(303);
    expect(response?.headers.get('location')).toBe('/sign-in?next=%2Faccount%3Ftab%3Dorders');
    expect(response?.headers.get('cache-control')).toBe('no-store');
  });

  test('close for a user whom the site no longer wants', async () => {
    const blocked = new Set<string>();
    const site = await createSite({ isActive: ({ id }) => !blocked.has(id) });
    const visitor = await signedIn(site, { sub: 'usr_1' });
    expect(await ask(site.signIn.requireSignIn, visitor)).toBeUndefined();
    blocked.add('usr_1');
    expect((await ask(site.signIn.requireSignIn, visitor))?.status).toBe(401);
    const stepUp = await site.post('/countersign/nonce', visitor, { acr: '2' });
    expect((await stepUp.json()).code).toBe('SIGN_IN_REQUIRED');
  });

  test('let forms of the site pass, and of no other', async () => {
    const { signIn, visitor } = await createSite();
    const post = (origin: string) =>
      ask(signIn.requireSameOrigin, visitor(), '/password', { method: 'POST', headers: { origin } });
    expect(await post(ORIGIN)).toBeUndefined();
    expect((await post('https://evil.example'))?.status).toBe(403);
    expect((await ask(signIn.requireSameOrigin, visitor(), '/password'))?.status).toBe(405);
  });

  test('refuse scripts and every method without a sign-in', async () => {
    const { signIn, visitor } = await createSite();
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await ask(signIn.requireSignIn, visitor(), '/account', { method });
      expect([method, response?.status]).toEqual([method, 401]);
      expect((await response?.json())?.code).toBe('SIGN_IN_REQUIRED');
    }
  });

  test('lead back to no address that could be read as another one', async () => {
    const { signIn, visitor } = await createSite();
    for (const path of ['//evil.example', '/account//orders', '/%2fevil.example', '/a%5cb']) {
      const response = await ask(signIn.requireSignIn, visitor(), path, { headers: PAGE });
      expect(response?.headers.get('location')).toBe('/sign-in');
    }
  });
});

describe('everything but the public pages', () => {
  test('is closed, however a path is spelt', async () => {
    const { signIn, visitor } = await createSite();
    const guard = signIn.requireSignInExcept(['/', '/about', '/assets/*']);
    const passes = async (path: string) => (await ask(guard, visitor(), path)) === undefined;
    for (const path of [
      '/',
      '/about',
      '/about?x=1',
      '/assets/shop.css',
      '/assets/',
      '/sign-in',
      '/countersign/nonce',
    ]) {
      expect([path, await passes(path)]).toEqual([path, true]);
    }
    for (const path of [
      ...[
        '/account',
        '/About',
        '/about/',
        '/about/x',
        '/assets',
        '//',
        '//about',
        '//assets/x',
        '/%61bout',
        '/about%2f',
      ],
      ...[
        '/assets/../account',
        '/assets/%2e%2e/account',
        '/assets/..%2faccount',
        '/assets//account',
        '/assets/..;/account',
      ],
      ...[
        '/assets/%2e%2e%2faccount',
        '/assets\\..\\account',
        '/sign-in/x',
        '/countersign/other',
        '/about;x',
        '/about%00',
      ],
    ]) {
      expect([path, await passes(path)]).toEqual([path, false]);
    }
  });

  test('is refused for a list that opens everything, or names no path', async () => {
    const { signIn } = await createSite();
    for (const path of ['/*', 'about', '*', '/a/../b', '//x', 'https://evil.example/']) {
      expect((await refusalFrom(() => signIn.requireSignInExcept([path]))).code).toBe('OPTION_INVALID');
    }
  });
});

describe('step-up', () => {
  test('asks for what is missing, of the same user, and then lets pass', async () => {
    const site = await createSite();
    const guard = site.signIn.requireRecent({ acr: '2', maxAgeMs: 5 * MINUTES_MS });
    const visitor = await signedIn(site, { sub: 'usr_1', acr: '1', otp: 'not_used', jti: 'flw_first' });
    const script = await ask(guard, visitor);
    expect([script?.status, await script?.json()]).toEqual([
      403,
      { code: 'STEP_UP_REQUIRED', acr: '2', maxAgeMs: 5 * MINUTES_MS },
    ]);
    const page = await ask(guard, visitor, '/account', { headers: PAGE });
    expect(page?.headers.get('location')).toBe('/sign-in?next=%2Faccount&acr=2&maxAgeMs=300000');

    const demand = { acr: '2', maxAgeMs: 5 * MINUTES_MS };
    const begun = await (await site.post('/countersign/nonce', visitor, demand)).json();
    expect(begun.loginRequest).toBeDefined();
    const { nonce } = begun;
    expect(site.loginRequests).toEqual([
      { user: 'usr_1', resource: 'res_test', nonce, previous: 'flw_first', ...demand },
    ]);
    const result = await site.result({ nonce, sub: 'usr_1' });
    expect((await site.post('/countersign/sign-in', visitor, { result })).status).toBe(200);
    expect(await ask(guard, visitor)).toBeUndefined();
    site.clock.now += 5 * MINUTES_MS + 1000;
    expect((await ask(guard, visitor))?.status).toBe(403);
    expect(await ask(site.signIn.requireSignIn, visitor)).toBeUndefined();
  });

  test('attack: another user answers the step-up, or one factor does', async () => {
    const site = await createSite();
    const visitor = await signedIn(site, { sub: 'usr_1', acr: '1', otp: 'not_used' });
    const other = await site.complete(visitor, { sub: 'usr_thief' }, { acr: '2' });
    expect((await other.json()).code).toBe('RESULT_OF_ANOTHER_USER');
    const weak = await site.complete(visitor, { sub: 'usr_1', acr: '1', otp: 'not_used' }, { acr: '2' });
    expect((await weak.json()).code).toBe('RESULT_ACR_REQUIRED');
    const old = await site.complete(
      visitor,
      { sub: 'usr_1', auth_time: site.clock.now / 1000 - 3600 },
      { maxAgeMs: 5 * MINUTES_MS },
    );
    expect((await old.json()).code).toBe('RESULT_TOO_OLD');
    expect(await site.signIn.currentUser(visitor)).toMatchObject({ id: 'usr_1', acr: '1' });
  });

  test('attack: a stolen session steps up while its user signs out, which would bring it back', async () => {
    const { issuer, result } = await createSite();
    let meanwhile = async () => {};
    const client = {
      ...issuer.client,
      async createLoginRequest(input: Parameters<typeof issuer.client.createLoginRequest>[0]) {
        await meanwhile();
        return issuer.client.createLoginRequest(input);
      },
    };
    const site = await createSite({ client, verifier: issuer.verifier });
    const visitor = site.visitor();
    const signIn = { result: await result({ nonce: await site.nonce(visitor) }) };
    expect((await site.post('/countersign/sign-in', visitor, signIn)).status).toBe(200);
    const thief = { ...visitor };
    meanwhile = async () => void (await site.post('/countersign/sign-out', visitor));
    expect((await site.post('/countersign/nonce', thief, { acr: '2' })).status).toBe(401);
    expect([...site.sessions.values()]).toEqual([{}]);
  });

  test('asks for no less than every sign-in must prove', async () => {
    const site = await createSite({ require: { acr: '2' } });
    const visitor = await signedIn(site, { sub: 'usr_1' });
    await site.post('/countersign/nonce', visitor, { acr: '1', maxAgeMs: 5 * MINUTES_MS });
    expect(site.loginRequests).toMatchObject([{ acr: '2', maxAgeMs: 5 * MINUTES_MS }]);
    const weak = await site.complete(visitor, { sub: 'usr_1', acr: '1', otp: 'not_used' }, { acr: '1' });
    expect((await weak.json()).code).toBe('RESULT_ACR_REQUIRED');
  });

  test('without a client it is a whole sign-in of the same user', async () => {
    const { issuer } = await createSite();
    const site = await createSite({ client: undefined as never, verifier: issuer.verifier });
    const visitor = site.visitor();
    const answer = async (sub: string, demand: object) => {
      const nonce = await site.nonce(visitor, demand);
      const result = await issuer.issueResult({ nonce, origin: ORIGIN, sub, iat: site.clock.now / 1000 });
      return (await site.post('/countersign/sign-in', visitor, { result })).status;
    };
    expect(await answer('usr_1', {})).toBe(200);
    expect(await answer('usr_2', { acr: '2' })).toBe(403);
    expect(await answer('usr_1', { acr: '2' })).toBe(200);
  });

  test('attack: a script asks for a level that is none, or without a sign-in', async () => {
    const site = await createSite();
    const visitor = await signedIn(site);
    for (const demand of [
      { acr: '3' },
      { acr: null },
      { maxAgeMs: 0 },
      { maxAgeMs: '300000' },
      { acr: '2', maxAgeMs: -1 },
    ]) {
      const response = await site.post('/countersign/nonce', visitor, demand);
      expect([response.status, (await response.json()).code]).toEqual([422, 'INPUT_INVALID']);
    }
    const response = await site.post('/countersign/nonce', site.visitor(), { acr: '2' });
    expect([response.status, (await response.json()).code]).toEqual([401, 'SIGN_IN_REQUIRED']);
  });

  test('refuses a guard that demands nothing', async () => {
    const { signIn } = await createSite();
    for (const demand of [{}, { acr: undefined }, { maxAgeMs: 59_999 }]) {
      expect((await refusalFrom(() => signIn.requireRecent(demand as never))).code).toBe('OPTION_INVALID');
    }
  });
});

test('property: a redirect that is accepted stays on the site, and is read as it is written', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2f',
      '%5C',
      '%2e',
      '%25',
      '%00',
      '%c0%af',
      '?',
      '#',
      ':',
      '@',
      ';',
      '\t',
      '\n',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
    fc.constantFrom('account', 'evil.example', 'https:'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const next = `/${pieces.join('')}`;
      const path = redirectPath(next);
      if (path === undefined) return;
      const url = new URL(path, ORIGIN);
      expect(url.origin).toBe(ORIGIN);
      expect(url.pathname + (path.includes('?') ? `?${path.split('?').slice(1).join('?')}` : '')).toBe(path);
      expect(decodeURIComponent(url.pathname)).not.toMatch(/\/\/|\\|\/\.{1,2}(?:\/|$)/);
    }),
    { numRuns: 2000 },
  );
});
