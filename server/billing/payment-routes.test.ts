import { createHmac } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument } from '../accounts/documents.ts';
import { createApp } from '../app.ts';
import { createReadiness } from '../http/readiness.ts';
import type { AccountId } from '../kernel/ids.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { read, unwrap } from '../testing/fixtures.ts';
import { connectedFrom } from '../testing/http-app.ts';
import { refusalOf } from '../testing/http-service.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { TOLERANCE_MS } from './payment-signature.ts';

const SECRET = new TextEncoder().encode('a secret of the payment service!');

let ports: TestPorts;
let account: AccountId;
let app: ReturnType<typeof createApp>;
const appWith = (paymentSecret?: Uint8Array) =>
  createApp(ports, {
    issuer: ISSUER,
    version: '1',
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
    widget: { script: 's', style: 't', files: new Map() },
    log: capturedLog().log,
    readiness: createReadiness(),
    ...omitUndefined({ paymentSecret }),
  });
beforeAll(async () => {
  ports = await openTestPorts('payments');
  account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
  app = appWith(SECRET);
});
afterAll(() => ports.close());

interface Message {
  id?: string;
  at?: number;
  body: string;
  secret?: Uint8Array;
  headers?: Record<string, string>;
}

/** Signed according to Standard Webhooks 1.0. */
function send({ id = 'msg_1', at = ports.clock.now(), body, secret = SECRET, headers = {} }: Message, to = app) {
  const timestamp = String(Math.floor(at / 1000));
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  const signed = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
    ...headers,
  };
  return to.request('/v1/payments', { method: 'POST', headers: signed, body }, connectedFrom('192.0.2.1'));
}
const payment = (changes: object = {}) =>
  JSON.stringify({ account, amount: 500, currency: 'EUR', reference: 'order-1', ...changes });
const balance = async () => (await read(ports, accountDocument.key(account))).balance?.amount ?? 0;

test('credits a signed payment, and returns the entry and the balance', async () => {
  const response = await send({ body: payment() });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ entry: 1, balance: 500 });
  expect(await balance()).toBe(500);
});

describe('attacks', () => {
  test('a replayed message credits nothing more', async () => {
    const before = await balance();
    for (const id of ['msg_1', 'msg_1', 'msg_2']) {
      const response = await send({ id, body: payment() });
      expect(await response.json()).toEqual({ entry: 1, balance: 500 });
    }
    const kept = await send({ body: payment(), at: ports.clock.now() - TOLERANCE_MS - 1000 });
    expect(await refusalOf(kept)).toEqual({ status: 403, code: 'SIGNATURE_INVALID' });
    expect(await balance()).toBe(before);
  });

  test('a signature of other content is refused, whichever part was exchanged', async () => {
    const before = await balance();
    const wrong = createHmac('sha256', SECRET).update('something else').digest('base64');
    const attempts: Message[] = [
      { body: payment({ reference: 'x' }), secret: new TextEncoder().encode('another secret, of somebody else') },
      { body: payment({ reference: 'x' }), headers: { 'webhook-id': 'msg_9' } },
      { body: payment({ reference: 'x' }), headers: { 'webhook-timestamp': String(ports.clock.now() / 1000 + 1) } },
      { body: payment({ reference: 'x' }), headers: { 'webhook-timestamp': 'now' } },
      { body: payment({ reference: 'x' }), headers: { 'webhook-signature': `v1,${wrong}` } },
      { body: payment({ reference: 'x' }), headers: { 'webhook-signature': 'v1,' } },
      { body: payment({ reference: 'x' }), headers: { 'webhook-signature': '' } },
      { body: payment({ reference: 'x' }), at: ports.clock.now() + TOLERANCE_MS + 1000 },
    ];
    for (const attempt of attempts) {
      expect(await refusalOf(await send(attempt))).toEqual({ status: 403, code: 'SIGNATURE_INVALID' });
    }
    const bare = await app.request(
      '/v1/payments',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: payment() },
      connectedFrom('192.0.2.1'),
    );
    expect(await refusalOf(bare)).toEqual({ status: 403, code: 'SIGNATURE_INVALID' });
    expect(await balance()).toBe(before);
  });

  test('a signed body of another shape changes nothing', async () => {
    const before = await balance();
    const bodies = [
      payment({ reference: 'y', amount: -500 }),
      payment({ reference: 'y', amount: 0.5 }),
      payment({ reference: 'y', kind: 'credit' }),
      payment({ reference: '' }),
      payment({ reference: 'y', account: 'acc_1' }),
    ];
    for (const body of bodies) expect((await send({ body })).status).toBe(422);
    expect(await refusalOf(await send({ body: payment({ currency: 'USD', reference: 'y' }) }))).toMatchObject({
      code: 'CURRENCY_MISMATCH',
    });
    expect(await refusalOf(await send({ body: payment({ account: 'acc_00000000001' }) }))).toEqual({
      status: 404,
      code: 'ACCOUNT_NOT_FOUND',
    });
    expect(await refusalOf(await send({ body: payment({ amount: 501 }) }))).toMatchObject({ code: 'REFERENCE_REUSED' });
    expect(await balance()).toBe(before);
  });
});

test('one valid signature of several is enough, so that the sender can change its secret', async () => {
  const other = `v1,${Buffer.alloc(32, 7).toString('base64')}`;
  const body = payment({ reference: 'rotated' });
  const timestamp = String(ports.clock.now() / 1000);
  const mac = createHmac('sha256', SECRET).update(`msg_1.${timestamp}.${body}`).digest('base64');
  const response = await send({ body, headers: { 'webhook-signature': `${other} v1a,xyz v1,${mac}` } });
  expect(response.status).toBe(200);
});

test('without a secret the route does not exist', async () => {
  expect(await refusalOf(await send({ body: payment({ reference: 'z' }) }, appWith()))).toEqual({
    status: 404,
    code: 'NOT_FOUND',
  });
});
