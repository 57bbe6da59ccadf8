import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { giveOcra } from '../../testing/devices/ocra-device.ts';
import { createFixture, NONCE, unwrap } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { transactionHash } from '../../tokens/transaction.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('transactions over http');
});
afterAll(() => service.ports.close());

const FIELDS = [
  { label: 'Amount', value: '10.00 EUR' },
  { label: 'To', value: 'Olena Koval' },
] as const;

async function open() {
  const scene = await createFixture(service.ports);
  const device = await giveOcra(scene);
  const key = await service.keyFor(scene.account, ['authenticate', 'write', 'read']);
  const asked = { resource: scene.resource.id, user: 'alice', nonce: NONCE, fields: FIELDS };
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await service.call(`POST ${path}`, { key, body, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { scene, device, asked, post };
}

describe('transactions', () => {
  test('are created once for repeated requests with the same Idempotency-Key', async () => {
    const { asked, post } = await open();
    const headers = { 'idempotency-key': 'order-4711' };
    const first = await post('/v1/transactions', asked, headers);
    expect(first).toMatchObject({ status: 201, body: { transaction: transactionHash(FIELDS) } });
    expect(await post('/v1/transactions', asked, headers)).toEqual(first);
    const changed = { ...asked, fields: [{ label: 'Amount', value: '10.01 EUR' }] };
    expect((await post('/v1/transactions', changed, headers)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  // SR-45
  test('SR-45: are used up by a request with their fields or hash, and by none with others', async () => {
    const { scene, device, asked, post } = await open();
    const { body } = await post('/v1/transactions', asked);
    const walk = await LoginDriver.begin(scene, { loginRequest: String(body.loginRequest) });
    unwrap(await walk.sign(await device.answer(walk.view.question ?? '')));
    const consumption = { resource: scene.resource.id, nonce: NONCE, result: walk.view.result ?? '' };
    const consume = (transaction?: unknown) => post('/v1/results/consume', { ...consumption, transaction });
    expect((await consume()).body.code).toBe('TRANSACTION_WRONG');
    expect((await consume([FIELDS[1], FIELDS[0]])).body.code).toBe('TRANSACTION_WRONG');
    expect((await consume([{ label: 'To', value: '\u202e' }])).body.code).toBe('TRANSACTION_INVALID');
    expect((await consume(transactionHash(FIELDS).toUpperCase())).body.code).toBe('INPUT_INVALID');
    expect(await consume(FIELDS)).toMatchObject({ status: 200, body: { txn: transactionHash(FIELDS) } });
    expect((await consume(transactionHash(FIELDS))).body.code).toBe('RESULT_USED');
  });

  test('report which field cannot be signed, and never repeat it', async () => {
    const { asked, post } = await open();
    const { status, body } = await post('/v1/transactions', {
      ...asked,
      fields: [FIELDS[0], { label: 'To', value: 'Olena\u200bKoval' }],
    });
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 422,
      code: 'TRANSACTION_INVALID',
      detail: 'character, field 1',
    });
    expect(JSON.stringify(body)).not.toContain('Olena');
  });
});

describe('tokens that answer questions', () => {
  // SR-23
  test('SR-23: show their suite, and the seed once; the PIN of the suite never', async () => {
    const { post } = await open();
    const suite = 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1';
    const made = await post('/v1/tokens', { name: 'Reader', kind: 'ocra', suite, suitePin: '271828' });
    expect(made).toMatchObject({ status: 201, body: { token: { kind: 'ocra', suite }, secret: expect.any(String) } });
    expect(JSON.stringify(made.body)).not.toMatch(/271828|sealed|pinHash/i);
  });

  test.each(['OCRA-1:HOTP-SHA1-4:QN08', 'OCRA-1:HOTP-SHA256-8:QN08-S064', 'ocra-1:hotp-sha1-6:qn08', 'x'])(
    'are not created with %s',
    async (suite) => {
      const { post } = await open();
      const { status, body } = await post('/v1/tokens', { name: 'Reader', kind: 'ocra', suite });
      expect([status, body.code]).toEqual([422, 'INPUT_INVALID']);
    },
  );
});
