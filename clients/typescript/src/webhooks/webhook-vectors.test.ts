import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { WEBHOOK_VECTORS, type WebhookVectors, written } from '../../testing/vectors.ts';
import { type VerifyWebhookOptions, verifyWebhook } from './verify-webhook.ts';

type WebhookCase = WebhookVectors['cases'][number];

function verify({ headers, body, options }: WebhookCase) {
  const { secrets, now, toleranceMs } = { ...WEBHOOK_VECTORS.defaults, ...options };
  const given: Record<string, string[]> = {};
  for (const { name, value } of headers) given[name] = [...(given[name] ?? []), value];
  // As Node has them: one alone as text.
  const message = Object.fromEntries(
    Object.entries(given).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
  const payload = typeof body === 'object' && 'base64' in body ? Buffer.from(body.base64, 'base64') : written(body);
  const how: VerifyWebhookOptions = { now: () => now, toleranceMs };
  return verifyWebhook(payload, message, secrets, how);
}

// SR-32: webhooks.json
describe('SR-32: requests to a webhook, as every language reads them', () => {
  test.each(WEBHOOK_VECTORS.cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    if (one.expect === 'accept') {
      expect(await verify(one)).toEqual(one.event);
      return;
    }
    const refusal = await refusalOf(verify(one));
    expect(refusal.code).toBe(one.expect);
    for (const secret of one.options?.secrets ?? WEBHOOK_VECTORS.defaults.secrets) {
      if (secret.length > 20) expect(refusal.message).not.toContain(secret.slice(6));
    }
  });

  test('are of every kind that is told apart', () => {
    expect([...new Set(WEBHOOK_VECTORS.cases.map((one) => one.expect))].sort()).toEqual([
      'OPTION_INVALID',
      'WEBHOOK_BODY_INVALID',
      'WEBHOOK_HEADERS_INVALID',
      'WEBHOOK_SIGNATURE_WRONG',
      'WEBHOOK_TIMESTAMP_REFUSED',
      'accept',
    ]);
    expect(WEBHOOK_VECTORS.cases.length).toBeGreaterThan(140);
  });
});
