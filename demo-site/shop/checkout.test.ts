import { describe, expect, test } from 'vitest';
import { RESOURCE } from '../testing/fake-service.ts';
import { openShop, type Scene, type Visitor } from '../testing/visitor.ts';

const CODE_ALONE = { amr: ['otp'], acr: '2', otp: 'verified' } as const;

/** A signed-in user with a plant in the basket, on the page that asks for a code. */
async function atCheckout(): Promise<Scene & { maria: Visitor }> {
  const scene = await openShop();
  const maria = scene.visitor();
  await maria.signIn();
  await maria.get('/plants/pilea');
  await maria.post('/basket', { plant: 'pilea' });
  await maria.get('/checkout');
  return { ...scene, maria };
}

async function confirm({ maria, service }: Scene & { maria: Visitor }, claims: object = {}) {
  const result = await service.result({ nonce: maria.widget('nonce'), ...CODE_ALONE, amr: ['otp'], ...claims });
  return maria.post('/checkout', { countersign_result: result });
}

describe('confirming an order', () => {
  test('requests the second factor of the signed-in user', async () => {
    const { maria, service } = await atCheckout();
    expect(service.loginRequests).toEqual([
      { user: 'usr_maria', resource: RESOURCE, nonce: maria.widget('nonce'), passwordChecked: true },
    ]);
    expect(maria.widget('login-request')).toMatch(/^lrq\./);
  });

  test('does not claim a password check that never happened', async () => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    await maria.signIn({ nonce: maria.widget('nonce'), amr: ['otp'], acr: '1' });
    await maria.get('/plants/pilea');
    await maria.post('/basket', { plant: 'pilea' });
    await maria.get('/checkout');
    expect(service.loginRequests).toMatchObject([{ passwordChecked: false }]);
  });

  test('places the order once and empties the basket', async () => {
    const scene = await atCheckout();
    const { maria, service } = scene;
    const placed = await confirm(scene);
    expect(placed).toMatchObject({ status: 303, to: expect.stringMatching(/^\/orders\/JF-/) });
    const { text } = await maria.get(placed.to ?? '');
    for (const shown of ['Thank you', '1 × Coin plant', '€ 19.80', 'One-time code']) expect(text).toContain(shown);
    expect((await maria.get('/basket')).text).toContain('Your basket is empty');
    expect(service.consumed).toHaveLength(2);
  });

  test('keeps the request after a reload, and starts over on demand', async () => {
    const { maria, service } = await atCheckout();
    const first = maria.widget('login-request');
    await maria.get('/checkout');
    expect(maria.widget('login-request')).toBe(first);
    await maria.post('/checkout/restart');
    await maria.get('/checkout');
    expect(maria.widget('login-request')).not.toBe(first);
    expect(service.loginRequests).toHaveLength(2);
  });

  test('asks the user before it places an order without a code, because the token is deactivated', async () => {
    const scene = await atCheckout();
    const { maria } = scene;
    const passed = await confirm(scene, { amr: [], acr: '1', otp: 'skipped' });
    expect(passed).toMatchObject({ status: 303, to: '/checkout/without-code' });
    expect((await maria.get('/account')).text).toContain('None yet');

    const asked = await maria.get('/checkout/without-code');
    expect(asked.text).toContain('No code this time');
    const placed = await maria.post('/checkout/without-code');
    const { text } = await maria.get(placed.to ?? '');
    expect(text).toContain('without a code');
    expect(text).not.toContain('Thank you');
    expect((await maria.get('/account')).text).toContain('Held');
    expect(await maria.post('/checkout/without-code')).toMatchObject({ to: '/checkout' });
  });

  test('a pass without a code is valid only for that basket and for a few minutes', async () => {
    for (const spoil of [
      async ({ maria }: { maria: Visitor }) => {
        await maria.get('/plants/juniper-bonsai');
        await maria.post('/basket', { plant: 'juniper-bonsai' });
      },
      async ({ clock }: Scene) => {
        clock.now += 6 * 60_000;
      },
    ]) {
      const scene = await atCheckout();
      await confirm(scene, { amr: [], acr: '1', otp: 'skipped' });
      await scene.maria.get('/checkout/without-code');
      const csrf = scene.maria.field('csrf');
      await spoil(scene);
      expect(await scene.maria.post('/checkout/without-code', { csrf })).toMatchObject({ to: '/checkout' });
      expect((await scene.maria.get('/account')).text).toContain('None yet');
    }
  });

  test('refuses a pass without a code that the service did not grant', async () => {
    const { maria } = await atCheckout();
    expect(await maria.post('/checkout/without-code')).toMatchObject({ to: '/checkout' });
    expect((await maria.get('/account')).text).toContain('None yet');
  });

  test('requires a sign-in', async () => {
    const { visitor, service } = await openShop();
    const stranger = visitor();
    expect(await stranger.get('/checkout')).toMatchObject({ status: 303, to: '/sign-in?next=/checkout' });
    await stranger.get('/sign-in');
    const result = await service.result({ nonce: stranger.widget('nonce') });
    expect(await stranger.post('/checkout', { countersign_result: result })).toMatchObject({
      to: '/sign-in?next=/checkout',
    });
    expect(service.consumed).toEqual([]);
  });

  test('has nothing to confirm if the basket is empty', async () => {
    const { visitor, service } = await openShop();
    const maria = visitor();
    await maria.signIn();
    expect(await maria.get('/checkout')).toMatchObject({ status: 303, to: '/basket' });
    expect(service.loginRequests).toEqual([]);
  });
});

describe('refused confirmations', () => {
  const ordersOf = async (maria: Visitor) => (await maria.get('/account')).text.match(/JF-\d+-\d+(?=<)/g) ?? [];

  test.each([
    ['by somebody else', { sub: 'usr_thief', preferred_username: 'maria' }, 'CONFIRMED_BY_SOMEBODY_ELSE'],
    ['with an old sign-in', { auth_time: Date.UTC(2026, 10, 25, 11) / 1000 }, 'CONFIRMATION_TOO_OLD'],
    ['with a password where a code was asked for', { amr: ['pwd'], otp: 'not_used', acr: '1' }, 'RESULT_OTP_REQUIRED'],
    ['from another page', { origin: 'https://evil.example' }, 'RESULT_ORIGIN_WRONG'],
    ['of another confirmation', { nonce: 'another-confirmation-entirely' }, 'RESULT_NONCE_WRONG'],
  ])('%s', async (_what, claims, code) => {
    const scene = await atCheckout();
    const refused = await confirm(scene, claims);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain(code);
    expect(await ordersOf(scene.maria)).toEqual([]);
  });

  test('one for another basket than the one shown', async () => {
    const scene = await atCheckout();
    const { maria, service } = scene;
    const nonce = maria.widget('nonce');
    await maria.get('/plants/juniper-bonsai');
    await maria.post('/basket', { plant: 'juniper-bonsai' });
    const result = await service.result({ nonce, ...CODE_ALONE, amr: ['otp'] });
    const refused = await maria.post('/checkout', { countersign_result: result });
    expect(refused.text).toContain('BASKET_CHANGED');
    expect(await ordersOf(maria)).toEqual([]);
  });

  test('all but one of twenty concurrent ones', async () => {
    const scene = await atCheckout();
    const { maria, service } = scene;
    const result = await service.result({ nonce: maria.widget('nonce'), ...CODE_ALONE, amr: ['otp'] });
    await Promise.all(Array.from({ length: 20 }, () => maria.post('/checkout', { countersign_result: result })));
    expect(await ordersOf(maria)).toHaveLength(1);
  });

  test('during an outage of the service', async () => {
    const scene = await atCheckout();
    scene.service.trouble = { status: 503, code: 'UNAVAILABLE' };
    expect(await confirm(scene)).toMatchObject({ status: 503 });
    expect(await ordersOf(scene.maria)).toEqual([]);
  });
});

test('shows an order only to its owner', async () => {
  const scene = await atCheckout();
  const { to } = await confirm(scene);
  const other = scene.visitor();
  await other.get('/sign-in');
  await other.signIn({ nonce: other.widget('nonce'), sub: 'usr_other', preferred_username: 'other' });
  expect(await other.get(to ?? '')).toMatchObject({ status: 404 });
  expect(await scene.maria.get(to ?? '')).toMatchObject({ status: 200 });
});
