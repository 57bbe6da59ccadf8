import { describe, expect, test } from 'vitest';
import { type ResultClaims, transactionHash } from '../../clients/typescript/src/index.ts';
import { RESOURCE } from '../testing/fake-service.ts';
import { openShop, type Scene, type Visitor } from '../testing/visitor.ts';

const FIELDS = [
  { label: 'Total', value: '€ 19.80' },
  { label: 'To', value: 'Juniper & Fern' },
  { label: 'Plant', value: '1 × Coin plant' },
  { label: 'Delivery', value: '€ 4.90' },
];
const SIGNED: Partial<ResultClaims> = { amr: ['otp'], acr: '1', otp: 'verified' };

/** A user whose device can sign, with a plant in the basket, on the page that asks for it. */
async function atCheckout(): Promise<Scene & { maria: Visitor }> {
  const scene = await openShop();
  scene.service.signs = true;
  const maria = scene.visitor();
  await maria.signIn();
  await maria.get('/plants/pilea');
  await maria.post('/basket', { plant: 'pilea' });
  await maria.get('/checkout');
  return { ...scene, maria };
}

async function confirm({ maria, service }: Scene & { maria: Visitor }, txn?: string) {
  const claims = { nonce: maria.widget('nonce'), ...SIGNED, ...(txn !== undefined && { txn }) };
  return maria.post('/checkout', { countersign_result: await service.result(claims) });
}

const nothingOrdered = async (maria: Visitor) => expect((await maria.get('/account')).text).toContain('None yet');

describe('an order that the user signs', () => {
  // SR-45
  test('SR-45: a confirmation of another order, or none at all, places nothing', async () => {
    const cheaper = await transactionHash([{ label: 'Total', value: '€ 1.00' }, ...FIELDS.slice(1)]);
    for (const [txn, code] of [
      [cheaper, 'RESULT_TRANSACTION_WRONG'],
      [undefined, 'RESULT_TRANSACTION_WRONG'],
    ] as const) {
      const scene = await atCheckout();
      const refused = await confirm(scene, txn);
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining(code) });
      expect(scene.service.consumed).toHaveLength(1);
      await nothingOrdered(scene.maria);
    }
  });

  // SR-45
  test('SR-45: a confirmed order signs no user in', async () => {
    const { visitor, service } = await openShop();
    const mallory = visitor();
    await mallory.get('/sign-in');
    const result = await service.result({ nonce: mallory.widget('nonce'), txn: await transactionHash(FIELDS) });
    const answer = await mallory.post('/sign-in', { countersign_result: result });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('RESULT_TRANSACTION_UNEXPECTED') });
    expect(await mallory.whoAmI()).toBeUndefined();
  });

  test('lists everything that matters, the total first', async () => {
    const { maria, service } = await atCheckout();
    expect(service.transactions).toEqual([
      { user: 'usr_maria', resource: RESOURCE, nonce: maria.widget('nonce'), fields: FIELDS },
    ]);
    expect(service.loginRequests).toEqual([]);
    expect(maria.widget('login-request')).toMatch(/^lrq\./);
  });

  test('is placed once after it is confirmed', async () => {
    const scene = await atCheckout();
    const placed = await confirm(scene, await transactionHash(FIELDS));
    expect(placed).toMatchObject({ status: 303, to: expect.stringMatching(/^\/orders\/JF-/) });
    const again = await scene.maria.post('/checkout', { countersign_result: 'x' });
    expect(again.text).toContain('NO_ORDER_UNDER_WAY');
  });

  test('is not placed if it was changed meanwhile, even though the shown one was confirmed', async () => {
    const scene = await atCheckout();
    const { maria } = scene;
    const nonce = maria.widget('nonce');
    await maria.get('/plants/juniper-bonsai');
    await maria.post('/basket', { plant: 'juniper-bonsai' });
    const result = await scene.service.result({ nonce, ...SIGNED, txn: await transactionHash(FIELDS) });
    await maria.get('/basket');
    expect((await maria.post('/checkout', { countersign_result: result })).text).toContain('BASKET_CHANGED');
    await nothingOrdered(maria);
  });

  test('is requested again by a page opened after it expired', async () => {
    const { maria, service, clock } = await atCheckout();
    await maria.get('/checkout');
    expect(service.transactions).toHaveLength(1);
    clock.now += 5 * 60_000;
    await maria.get('/checkout');
    expect(service.transactions).toHaveLength(2);
  });

  test('does not fall back to a code if the device is locked', async () => {
    const scene = await openShop();
    const maria = scene.visitor();
    await maria.signIn();
    await maria.get('/plants/pilea');
    await maria.post('/basket', { plant: 'pilea' });
    scene.service.trouble = { status: 403, code: 'TOKEN_LOCKED' };
    expect(await maria.get('/checkout')).toMatchObject({ status: 403, text: expect.stringContaining('TOKEN_LOCKED') });
    expect(scene.service.loginRequests).toEqual([]);
  });
});
