import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import type { AccountEvent } from '../kernel/event.ts';
import { idFromBytes } from '../kernel/ids.ts';
import { addSecret, signingSecrets } from '../kernel/signing-secret.ts';
import { accountId, resourceId } from '../testing/samples.ts';
import { deliveryBody, deliveryId, parseDeliveryId } from './delivery.ts';
import { signatureHeaders, writeSecret } from './signature.ts';
import { isSubscribedTo, type Webhook } from './webhook.ts';

const webhook: Webhook = {
  id: idFromBytes('whk', new Uint8Array(7)),
  account: accountId(1),
  url: 'https://hooks.example/',
  enabled: true,
  secrets: [{ id: 'a', sealed: 'x', createdAt: 1000 }],
  createdAt: 1000,
  createdBy: { kind: 'operator' },
};
const event: AccountEvent = {
  type: 'user.created',
  at: 2000,
  account: accountId(1),
  actor: { kind: 'operator' },
  outcome: 'done',
};

describe('which events a webhook receives', () => {
  test('the selected ones, since its creation, while it is enabled', () => {
    expect(isSubscribedTo(webhook, event)).toBe(true);
    expect(isSubscribedTo({ ...webhook, events: ['user.updated'] }, event)).toBe(false);
    expect(isSubscribedTo({ ...webhook, events: ['user.created'] }, event)).toBe(true);
    expect(isSubscribedTo({ ...webhook, enabled: false }, event)).toBe(false);
    expect(isSubscribedTo(webhook, { ...event, at: 999 })).toBe(false);
  });

  test('never those of another account, and never the test event', () => {
    expect(isSubscribedTo(webhook, { ...event, account: accountId(2) })).toBe(false);
    expect(isSubscribedTo(webhook, { ...event, type: 'webhook.test' })).toBe(false);
  });

  test('with resources selected, only events about one of them', () => {
    const confined = { ...webhook, resources: [resourceId(1)] };
    expect(isSubscribedTo(confined, { ...event, resource: resourceId(1) })).toBe(true);
    expect(isSubscribedTo(confined, { ...event, resource: resourceId(2) })).toBe(false);
    expect(isSubscribedTo(confined, event)).toBe(false);
  });
});

describe('SR-32: signatures', () => {
  test('an independent library verifies them and rejects any change', () => {
    const at = Date.now();
    const secret = new Uint8Array(32).fill(7);
    const body = deliveryBody(event);
    const headers = signatureHeaders({ id: 'dlv_0_1_x', at, body }, [secret]);
    const verifier = new StandardWebhook(writeSecret(secret));
    expect(verifier.verify(body, headers)).toMatchObject({
      type: 'user.created',
      timestamp: '1970-01-01T00:00:02.000Z',
      data: { account: accountId(1), outcome: 'done' },
    });
    expect(() => verifier.verify(`${body} `, headers)).toThrow();
    expect(() => verifier.verify(body, { ...headers, 'webhook-id': 'dlv_0_2_x' })).toThrow();
    const later = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) };
    expect(() => verifier.verify(body, later)).toThrow();
    expect(() => new StandardWebhook(writeSecret(new Uint8Array(32))).verify(body, headers)).toThrow();
  });

  test('either receiver accepts a message with two secrets', () => {
    const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const headers = signatureHeaders({ id: 'm', at: Date.now(), body: '{}' }, [one, two]);
    for (const secret of [one, two]) new StandardWebhook(writeSecret(secret)).verify('{}', headers);
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
  });

  test('an old secret signs until its overlap ends, however often a new one is set', () => {
    const fresh = (id: string, at: number) => ({ id, sealed: 'x', createdAt: at });
    const once = addSecret(webhook, fresh('b', 5000), 1000, 5000);
    expect(signingSecrets(once, 5999).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(signingSecrets(once, 6000).map(({ id }) => id)).toEqual(['b']);
    const twice = addSecret(once, fresh('c', 5500), 1000, 5500);
    expect(signingSecrets(twice, 5500).map(({ id }) => id)).toEqual(['c', 'b']);
    expect(addSecret(webhook, fresh('b', 5000), 0, 5000).secrets.map(({ id }) => id)).toEqual(['b']);
  });
});

test('a delivery id encodes its location, and nothing else has its form', () => {
  fc.assert(
    fc.property(fc.nat(4095), fc.integer({ min: 1, max: 2 ** 50 }), (partition, sequence) => {
      const id = deliveryId(partition, sequence, webhook.id);
      expect(parseDeliveryId(id)).toEqual({ id, partition, webhook: webhook.id });
    }),
  );
  for (const bad of [
    '',
    'dlv_0_0_00000000000',
    'dlv_01_1_00000000000',
    'dlv_0_1_',
    'dlv_0_1_00000000000x',
    'dlv_-1_1_00000000000',
  ]) {
    expect(parseDeliveryId(bad)).toBeUndefined();
  }
  fc.assert(fc.property(fc.string(), (text) => parseDeliveryId(text) === undefined));
});
