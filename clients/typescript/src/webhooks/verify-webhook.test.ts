import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { deliveryBody } from '../../../../server/webhooks/delivery.ts';
import { signatureHeaders, writeSecret } from '../../../../server/webhooks/signature.ts';
import { refusalOf } from '../../testing/refusal.ts';
import { verifyWebhook, type WebhookHeaders } from './verify-webhook.ts';

const AT = Date.UTC(2027, 0, 15, 8);
const bytes = new Uint8Array(32).map((_, i) => i);
const SECRET = writeSecret(bytes);
const BODY = deliveryBody({
  type: 'user.created',
  at: AT - 60_000,
  account: 'acc_01k8dq9z2mp',
  actor: { kind: 'operator' },
  subject: 'usr_01k8dq9z2mp',
  outcome: 'done',
});
const HEADERS = signatureHeaders({ id: 'dlv_0_1_01k8dq9z2mp', at: AT, body: BODY }, [bytes]);
const now = () => AT;
const verify = (
  changes: { body?: string | Uint8Array; headers?: WebhookHeaders; secret?: string | string[]; at?: number } = {},
) => {
  const { body = BODY, headers = HEADERS, secret = SECRET, at = AT } = changes;
  return verifyWebhook(body, headers, secret, { now: () => at });
};
const codeOf = async (changes: Parameters<typeof verify>[0]) => (await refusalOf(verify(changes))).code;
const without = (name: keyof typeof HEADERS) => ({ ...HEADERS, [name]: undefined });
const sign = (body: string, id = 'm') => signatureHeaders({ id, at: AT, body }, [bytes]);

test('a message of the service is taken, from a fetch handler and from a Node server', async () => {
  const event = {
    id: 'dlv_0_1_01k8dq9z2mp',
    type: 'user.created',
    at: AT - 60_000,
    data: { account: 'acc_01k8dq9z2mp', actor: { kind: 'operator' }, subject: 'usr_01k8dq9z2mp', outcome: 'done' },
  };
  expect(await verify()).toEqual(event);
  expect(await verify({ headers: new Headers(HEADERS) })).toEqual(event);
  expect(await verify({ body: new TextEncoder().encode(BODY) })).toEqual(event);
  const upper = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name.toUpperCase(), value]));
  expect(await verify({ headers: upper })).toEqual(event);
});

test('a message that another implementation of the standard signed is taken', async () => {
  const other = new StandardWebhook(SECRET);
  const signature = other.sign('m', new Date(AT), BODY);
  const headers = { 'webhook-id': 'm', 'webhook-timestamp': `${AT / 1000}`, 'webhook-signature': signature };
  expect(await verify({ headers })).toMatchObject({ id: 'm', type: 'user.created' });
});

// SR-32
describe('SR-32: refused is', () => {
  test('what was signed with another secret, or with none', async () => {
    expect(await codeOf({ secret: writeSecret(new Uint8Array(32)) })).toBe('WEBHOOK_SIGNATURE_WRONG');
    const headers = { ...HEADERS, 'webhook-signature': 'v1,' };
    expect(await codeOf({ headers })).toBe('WEBHOOK_SIGNATURE_WRONG');
  });

  test('every body, id or time but the one that was signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(BODY.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const changed = new TextEncoder().encode(BODY);
        changed[place] = (changed[place] ?? 0) ^ change;
        expect(await codeOf({ body: changed })).toBe('WEBHOOK_SIGNATURE_WRONG');
      }),
    );
    expect(await codeOf({ body: `${BODY}\n` })).toBe('WEBHOOK_SIGNATURE_WRONG');
    expect(await codeOf({ headers: { ...HEADERS, 'webhook-id': 'dlv_0_2_01k8dq9z2mp' } })).toBe(
      'WEBHOOK_SIGNATURE_WRONG',
    );
    const later = { ...HEADERS, 'webhook-timestamp': String(AT / 1000 + 1) };
    expect(await codeOf({ headers: later })).toBe('WEBHOOK_SIGNATURE_WRONG');
  });

  test('a dot moved from the id into the time: both have one place only', async () => {
    const [id, time] = [HEADERS['webhook-id'], HEADERS['webhook-timestamp']];
    const headers = { ...HEADERS, 'webhook-id': `${id}.${time}`, 'webhook-timestamp': time };
    expect(await codeOf({ headers })).toBe('WEBHOOK_HEADERS_INVALID');
  });

  test('what was sent too long ago or comes from the future, by more than the tolerance', async () => {
    expect(await verify({ at: AT + 300_000 })).toBeDefined();
    expect(await verify({ at: AT - 300_000 })).toBeDefined();
    expect(await codeOf({ at: AT + 300_001 })).toBe('WEBHOOK_TIMESTAMP_REFUSED');
    expect(await codeOf({ at: AT - 300_001 })).toBe('WEBHOOK_TIMESTAMP_REFUSED');
    expect(await codeOf({ at: Number.NaN })).toBe('WEBHOOK_TIMESTAMP_REFUSED');
    const strict = { now: () => AT + 1, toleranceMs: 0 };
    expect((await refusalOf(verifyWebhook(BODY, HEADERS, SECRET, strict))).code).toBe('WEBHOOK_TIMESTAMP_REFUSED');
  });

  test('a time that is spelt another way', async () => {
    for (const time of ['', ' 1800000000', '1.8e9', '0x6b49d200', '-1', '01800000000', '1800000000.5', '٣', 'now']) {
      const code = await codeOf({ headers: { ...HEADERS, 'webhook-timestamp': time } });
      expect(code, time).toBe('WEBHOOK_HEADERS_INVALID');
    }
  });

  test('a header that is missing, or there twice', async () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const) {
      expect(await codeOf({ headers: without(name) })).toBe('WEBHOOK_HEADERS_INVALID');
      expect(await codeOf({ headers: { ...HEADERS, [name]: [HEADERS[name], 'x'] } })).toBe('WEBHOOK_HEADERS_INVALID');
      const twice = { ...HEADERS, [name.toUpperCase()]: HEADERS[name] };
      expect(await codeOf({ headers: twice })).toBe('WEBHOOK_HEADERS_INVALID');
    }
    expect(await codeOf({ headers: {} })).toBe('WEBHOOK_HEADERS_INVALID');
  });

  test('a right signature in another scheme, cut, padded, spelt otherwise, or among too many', async () => {
    const good = HEADERS['webhook-signature'];
    const base64 = good.slice(3);
    for (const signature of [
      base64,
      `v2,${base64}`,
      `v1a,${base64}`,
      `V1,${base64}`,
      `v1 ${base64}`,
      `v1,${base64.slice(0, -1)}`,
      `v1,${base64.slice(0, -4)}`,
      `v1,${base64}=`,
      `v1,${base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`,
      `v1,${base64},v1,${base64}`,
      `${'v1,AAAA '.repeat(10)}${good}`,
    ]) {
      const code = await codeOf({ headers: { ...HEADERS, 'webhook-signature': signature } });
      expect(['WEBHOOK_SIGNATURE_WRONG', 'WEBHOOK_HEADERS_INVALID'], signature).toContain(code);
    }
  });

  test('an event that is none, or says two things at once, though it is signed', async () => {
    for (const body of [
      '',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"type":"a","timestamp":"2027-01-15T08:00:00.000Z"}',
      '{"type":1,"timestamp":"2027-01-15T08:00:00.000Z","data":{}}',
      '{"type":"a","timestamp":"soon","data":{}}',
      '{"type":"a","timestamp":1,"data":{}}',
      '{"type":"a","type":"b","timestamp":"2027-01-15T08:00:00.000Z","data":{}}',
      `{"type":"a","timestamp":"2027-01-15T08:00:00.000Z","data":${'['.repeat(50)}${']'.repeat(50)}}`,
      `{"type":"a","timestamp":"2027-01-15T08:00:00.000Z","data":{"x":"${'x'.repeat(70_000)}"}}`,
    ]) {
      expect(await codeOf({ body, headers: sign(body) }), body.slice(0, 40)).toBe('WEBHOOK_BODY_INVALID');
    }
  });

  test('rejects a malformed secret: an empty key would verify what anyone signs', async () => {
    const empty = signatureHeaders({ id: 'm', at: AT, body: BODY }, [new Uint8Array()]);
    for (const secret of ['', 'whsec_', 'whsec_AAAA', SECRET.slice(6), 'whsec_???', SECRET.replace('whsec', 'WHSEC')]) {
      const refusal = await refusalOf(verifyWebhook(BODY, empty, secret, { now }));
      expect(refusal.code, secret).toBe('OPTION_INVALID');
      if (secret.length > 6) expect(refusal.message).not.toContain(secret);
    }
    for (const secret of [[], [SECRET, ''], undefined]) {
      expect((await refusalOf(verifyWebhook(BODY, HEADERS, secret, { now }))).code).toBe('OPTION_INVALID');
    }
  });

  test('a body that something has parsed before', async () => {
    const parsed = JSON.parse(BODY) as never;
    expect((await refusalOf(verifyWebhook(parsed, HEADERS, SECRET, { now }))).code).toBe('OPTION_INVALID');
  });
});

test('during a rotation either secret takes what both have signed, and either of two is enough', async () => {
  const other = new Uint8Array(32).fill(9);
  const both = signatureHeaders({ id: 'm', at: AT, body: BODY }, [other, bytes]);
  expect(await verify({ headers: both })).toMatchObject({ id: 'm' });
  expect(await verify({ headers: both, secret: writeSecret(other) })).toMatchObject({ id: 'm' });
  expect(await verify({ secret: [writeSecret(other), SECRET] })).toMatchObject({ type: 'user.created' });
});

test('whatever is sent, it ends with an event or with one of the codes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string(),
      fc.dictionary(fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'x'), fc.string()),
      async (body, headers) => {
        expect(await codeOf({ body, headers })).toMatch(/^WEBHOOK_/);
      },
    ),
  );
});
