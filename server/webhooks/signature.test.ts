import { expect, test } from 'vitest';
import vectors from '../../shared/vectors/webhooks.json' with { type: 'json' };
import type { AccountEvent } from '../kernel/event.ts';
import { deliveryBody } from './delivery.ts';
import { signatureHeaders, writeSecret } from './signature.ts';

type Sent = { id: string; at: number; secrets: string[] };
const sent = vectors.cases.flatMap((one) => ('sent' in one ? [{ ...one, sent: one.sent as Sent }] : []));
const bytesOf = (secret: string) => Buffer.from(secret.slice('whsec_'.length), 'base64');

test.each(sent)('SR-32: every library verifies what is sent: $name', ({ headers, body, sent: { id, at, secrets } }) => {
  const signed = signatureHeaders({ id, at, body: String(body) }, secrets.map(bytesOf));
  expect(Object.entries(signed).map(([name, value]) => ({ name, value }))).toEqual(headers);
  expect(secrets.map((secret) => writeSecret(bytesOf(secret)))).toEqual(secrets);
});

test('sends the body of the vectors', () => {
  const [vector] = sent;
  if (vector === undefined || !('event' in vector)) throw new Error('no message that is sent');
  const { type, at, data } = vector.event;
  expect(deliveryBody({ type, at, ...data } as AccountEvent)).toBe(vector.body);
});

test('covers messages signed by one secret and by two', () => {
  expect(sent.map(({ sent: { secrets } }) => secrets.length)).toEqual([1, 2]);
});
