import { describe, expect, test } from 'vitest';
import { RESOURCE, SHOP } from '../testing/fake-service.ts';
import { openShop } from '../testing/visitor.ts';
import { LIFETIME_MS } from './sessions.ts';
import { PENDING_MS } from './sign-in.ts';

describe('signing in', () => {
  test('shows who signed in and how, when and from where', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    expect(await maria.signIn()).toMatchObject({ status: 303, to: '/account' });
    const { text } = await maria.get('/account');
    for (const shown of ['Hello, maria', 'Password and one-time code', '25 November 2026, 12:00:00 UTC', SHOP]) {
      expect(text).toContain(shown);
    }
    expect(text).toContain('<code>pwd otp mfa</code>');
  });

  test('links to the self-service page once signed in', async () => {
    const { visitor } = await openShop();
    const [maria, stranger] = [visitor(), visitor()];
    expect(await stranger.get('/account/security')).toMatchObject({ status: 303, to: '/sign-in' });
    await maria.signIn();
    expect((await maria.get('/account')).text).toContain('href="/account/security"');
    expect((await maria.get('/account/security')).text).toContain('data-purpose="self"');
    const nonce = maria.widget('nonce');
    expect(maria.widget('resource')).toBe(RESOURCE);
    await maria.get('/account/security');
    expect(maria.widget('nonce')).toBe(nonce);
  });

  test('reports a skipped code', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    await maria.signIn({ nonce: maria.widget('nonce'), amr: ['pwd'], acr: '1', otp: 'skipped' });
    const { text } = await maria.get('/account');
    expect(text).toContain('Password; one-time code skipped');
    expect(text).toContain('is switched off');
  });

  test('the page has a nonce of this session, the same after a reload and a new one after it expires', async () => {
    const { visitor, clock } = await openShop();
    const [maria, other] = [visitor(), visitor()];
    await maria.get('/sign-in');
    const nonce = maria.widget('nonce');
    expect(maria.widget('resource')).toBe(RESOURCE);
    await maria.get('/sign-in');
    expect(maria.widget('nonce')).toBe(nonce);
    await other.get('/sign-in');
    expect(other.widget('nonce')).not.toBe(nonce);
    clock.now += PENDING_MS + 1;
    await maria.get('/sign-in');
    expect(maria.widget('nonce')).not.toBe(nonce);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/account?x', ''])(
    'the return address %j leads to the account instead',
    async (next) => {
      const { visitor, service } = await openShop();
      const maria = visitor();
      await maria.get(`/sign-in?next=${encodeURIComponent(next)}`);
      expect(maria.field('next')).toBe('/account');
      const result = await service.result({ nonce: maria.widget('nonce') });
      expect(await maria.post('/sign-in', { countersign_result: result, next })).toMatchObject({ to: '/account' });
    },
  );

  test('returns to the checkout', async () => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in?next=/checkout');
    const result = await service.result({ nonce: maria.widget('nonce') });
    const next = maria.field('next');
    expect(await maria.post('/sign-in', { countersign_result: result, next })).toMatchObject({ to: '/checkout' });
  });
});

describe('refused results', () => {
  // SR-10: an attacker's own genuine result, planted in another user's browser to sign them in as the attacker.
  test('one of another sign-in', async () => {
    const { visitor, service } = await openShop();
    const [victim, thief] = [visitor(), visitor()];
    await thief.get('/sign-in');
    const foreign = await service.result({
      nonce: thief.widget('nonce'),
      sub: 'usr_thief',
      preferred_username: 'thief',
    });
    await victim.get('/sign-in');
    const own = await service.result({ nonce: victim.widget('nonce') });

    const refused = await victim.post('/sign-in', { countersign_result: foreign });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('RESULT_NONCE_WRONG');
    expect(await victim.whoAmI()).toBeUndefined();
    expect(service.consumed).toEqual([]);

    // A nonce allows one try: the genuine result comes too late.
    await victim.get('/plants/pilea');
    const late = await victim.post('/sign-in', { countersign_result: own });
    expect(late.text).toContain('NO_SIGN_IN_UNDER_WAY');
    expect(await victim.whoAmI()).toBeUndefined();
  });

  test('the same one twice', async () => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const result = await service.result({ nonce: maria.widget('nonce') });
    await maria.post('/sign-in', { countersign_result: result });
    await maria.get('/account');
    const again = await maria.post('/sign-in', { countersign_result: result });
    expect(again).toMatchObject({ status: 403 });
    expect(again.text).toContain('NO_SIGN_IN_UNDER_WAY');
    expect(service.consumed).toHaveLength(1);
  });

  test('all but one of twenty concurrent posts', async () => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const result = await service.result({ nonce: maria.widget('nonce') });
    const looks = await Promise.all(
      Array.from({ length: 20 }, () => maria.post('/sign-in', { countersign_result: result })),
    );
    expect(looks.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(service.consumed).toHaveLength(1);
  });

  test('an expired one', async () => {
    const { visitor, service, clock } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const result = await service.result({ nonce: maria.widget('nonce') });
    clock.now += 91_000;
    expect((await maria.post('/sign-in', { countersign_result: result })).text).toContain('RESULT_EXPIRED');
    expect(await maria.whoAmI()).toBeUndefined();
  });

  test.each([
    ['made on another page', { origin: 'https://evil.example' }, 'RESULT_ORIGIN_WRONG'],
    ['made for another resource', { aud: 'res_other' }, 'RESULT_AUDIENCE_WRONG'],
    ['of another service', { iss: 'https://evil.example' }, 'RESULT_ISSUER_WRONG'],
  ])('one %s', async (_what, claims, code) => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const result = await service.result({ nonce: maria.widget('nonce'), ...claims });
    const refused = await maria.post('/sign-in', { countersign_result: result });
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain(code);
    expect(await maria.whoAmI()).toBeUndefined();
    expect(service.consumed).toEqual([]);
  });

  test.each(['', 'x', 'a.b.c'])('the text %j', async (result) => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const refused = await maria.post('/sign-in', { countersign_result: result });
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain('RESULT_MALFORMED');
  });

  test.each([
    ['whose owner has lost access meanwhile', { status: 403, code: 'RESULT_REVOKED' }, 403, 'RESULT_REVOKED'],
    ['that the service cannot check right now', { status: 503, code: 'UNAVAILABLE' }, 503, 'UNAVAILABLE'],
    ['while the service is down', 'down', 503, 'JWKS_UNAVAILABLE'],
  ] as const)('one %s', async (_what, trouble, status, code) => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const result = await service.result({ nonce: maria.widget('nonce') });
    service.trouble = trouble;
    const refused = await maria.post('/sign-in', { countersign_result: result });
    expect(refused).toMatchObject({ status });
    expect(refused.text).toContain(code);
    expect(await maria.whoAmI()).toBeUndefined();
  });
});

describe('sessions', () => {
  // Session fixation: an attacker planted or saw a cookie before the sign-in.
  test('the id changes at sign-in, and the old one is invalid', async () => {
    const { visitor } = await openShop();
    const [maria, thief] = [visitor(), visitor()];
    await maria.get('/sign-in');
    thief.cookie = maria.cookie;
    await maria.signIn();
    expect(maria.cookie).not.toBe(thief.cookie);
    expect(await maria.whoAmI()).toBe('maria');
    expect(await thief.whoAmI()).toBeUndefined();
  });

  test('keeps the basket from before the sign-in', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    await maria.post('/basket', { plant: 'pilea' });
    await maria.signIn();
    expect((await maria.get('/basket')).text).toContain('Coin plant');
  });

  test('the cookie is not accessible to scripts and other sites', async () => {
    const { visitor } = await openShop();
    const { headers } = await visitor().get('/');
    const [cookie] = headers.getSetCookie();
    expect(cookie).toMatch(/^juniper=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('signing out ends the session, not only the cookie', async () => {
    const { visitor } = await openShop();
    const [maria, thief] = [visitor(), visitor()];
    await maria.signIn();
    thief.cookie = maria.cookie;
    await maria.get('/account');
    expect(await maria.post('/sign-out')).toMatchObject({ status: 303, to: '/?signed-out' });
    expect(await maria.whoAmI()).toBeUndefined();
    expect(await thief.whoAmI()).toBeUndefined();
  });

  test('even an active session ends after its maximum lifetime', async () => {
    const { visitor, clock } = await openShop();
    const maria = visitor();
    await maria.signIn();
    const step = 3_600_000;
    for (let at = 0; at < LIFETIME_MS; at += step) {
      expect(await maria.whoAmI()).toBe('maria');
      clock.now += step;
    }
    clock.now += 1;
    expect(await maria.whoAmI()).toBeUndefined();
  });
});
