import { API_SCOPES } from '@countersign/protocol/api-keys';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import {
  createWebhookFixture,
  derive,
  sendDue,
  somethingHappens,
  type WebhookFixture,
} from '../testing/webhook-fixture.ts';

let service: Service;
let scene: WebhookFixture;
let key: string;
beforeAll(async () => {
  service = await openService('webhooks');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  scene = await createWebhookFixture(service.ports);
  key = await service.keyFor(scene.account, [...API_SCOPES]);
  service.ports.webhookSender.sent.length = 0;
  service.ports.webhookSender.answer = () => ({ kind: 'answered', status: 204 });
});

async function send(route: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await service.call(route, { key, headers, ...(body !== undefined && { body }) });
  return { status: response.status, body: (await response.json().catch(() => undefined)) as never };
}

describe('a webhook', () => {
  test('returns its secret on creation and for the same Idempotency-Key, and never later', async () => {
    const input = { url: 'https://Shop.example:443/hook', events: ['user.created', 'user.created'] };
    const headers = { 'idempotency-key': 'one' };
    const created = await send('POST /v1/webhooks', input, headers);
    expect(created).toEqual({
      status: 201,
      body: {
        webhook: {
          id: expect.stringMatching(/^whk_/),
          url: 'https://shop.example/hook',
          events: ['user.created'],
          resources: null,
          enabled: true,
          secrets: [{ createdAt: service.ports.clock.now() }],
          createdAt: service.ports.clock.now(),
        },
        secret: expect.stringMatching(/^whsec_/),
      },
    });
    expect(await send('POST /v1/webhooks', input, headers)).toEqual(created);
    const { webhook, secret } = created.body as { webhook: { id: string }; secret: string };
    const reads = [
      await send('GET /v1/webhooks'),
      await send(`GET /v1/webhooks/${webhook.id}`),
      await send(`PATCH /v1/webhooks/${webhook.id}`, { enabled: false }),
    ];
    expect(JSON.stringify(reads)).not.toContain(secret.slice(6));
    expect(JSON.stringify(reads)).not.toContain('sealed');
    expect(service.log.text()).not.toContain(secret.slice(6));
  });

  test('SR-31: a URL that only this server can reach is refused', async () => {
    for (const url of [
      'http://shop.example/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://[::1]/',
      'https://a:b@shop.example/',
    ]) {
      const refused = { status: 422, body: { code: 'INPUT_INVALID', errors: [{ path: 'url' }] } };
      expect(await send('POST /v1/webhooks', { url })).toMatchObject(refused);
      expect(await send(`PATCH /v1/webhooks/${scene.webhook.id}`, { url })).toMatchObject(refused);
    }
  });

  test('accepts only known events and resources of its own account', async () => {
    const url = 'https://shop.example/';
    for (const events of [['user.invented'], ['webhook.test'], [], 'user.created']) {
      expect((await send('POST /v1/webhooks', { url, events })).status).toBe(422);
    }
    const foreign = await send('POST /v1/webhooks', { url, resources: ['res_00000000000'] });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'RESOURCE_NOT_FOUND' } });
  });

  test('clears a filter with null, and is gone after deletion', async () => {
    const route = `/v1/webhooks/${scene.webhook.id}`;
    expect((await send(`PATCH ${route}`, { events: null, description: 'x' })).body).toMatchObject({ events: null });
    expect((await send(`PATCH ${route}`, { description: null })).body).not.toHaveProperty('description');
    expect((await send(`DELETE ${route}`)).status).toBe(204);
    expect(await refusalOf(await service.call(`GET ${route}`, { key }))).toEqual({
      status: 404,
      code: 'WEBHOOK_NOT_FOUND',
    });
  });

  test('lists queued and finished deliveries and sends one again', async () => {
    const route = `/v1/webhooks/${scene.webhook.id}`;
    await somethingHappens(scene);
    await derive(service.ports);
    expect((await send(`GET ${route}`)).body).toMatchObject({ queue: { pending: 1, dropped: 0 } });
    service.ports.webhookSender.answer = () => ({ kind: 'answered', status: 410 });
    await sendDue(scene);
    const dead = await send(`GET ${route}/deliveries?state=dead`);
    expect(dead.body).toEqual({
      items: [
        {
          id: expect.stringMatching(/^dlv_/),
          type: 'user.created',
          state: 'dead',
          attempts: 1,
          nextAttemptAt: null,
          lastAttempt: { at: service.ports.clock.now(), status: 410 },
          replays: 0,
          createdAt: service.ports.clock.now(),
          finishedAt: service.ports.clock.now(),
        },
      ],
      next: null,
    });
    expect((await send(`GET ${route}`)).body).toMatchObject({ enabled: false, disabledReason: 'gone' });
    expect((await send(`PATCH ${route}`, { enabled: true })).body).not.toHaveProperty('disabledReason');
    expect((await send(`POST ${route}/replay`, { deliveries: 'dead' })).body).toEqual({ replayed: 1, more: false });
    expect((await send(`GET ${route}/deliveries`)).body).toMatchObject({ items: [{ state: 'pending', replays: 1 }] });
    const [{ id }] = (dead.body as { items: [{ id: string }] }).items;
    expect((await send(`POST ${route}/replay`, { deliveries: [id] })).body).toEqual({ replayed: 0, more: false });
    expect(await send(`POST ${route}/replay`, { deliveries: ['dlv_0_1_x'] })).toMatchObject({
      status: 404,
      body: { code: 'DELIVERY_NOT_FOUND' },
    });
  });

  test('sends a test event and returns the result', async () => {
    const route = `POST /v1/webhooks/${scene.webhook.id}/test`;
    expect((await send(route)).body).toMatchObject({ delivered: true, status: 204 });
    service.ports.webhookSender.answer = () => ({ kind: 'answered', status: 302 });
    expect((await send(route)).body).toMatchObject({ delivered: false, status: 302 });
    service.ports.webhookSender.answer = () => ({ kind: 'failed', failure: 'address-refused' });
    expect((await send(route)).body).toMatchObject({ delivered: false, failure: 'address-refused' });
  });

  test('SR-32: a leaked secret can be replaced: the new one signs at once, beside the old one', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: service.ports.clock.now() });
    const route = `POST /v1/webhooks/${scene.webhook.id}`;
    const rotated = await send(`${route}/rotate`, { overlapMs: 3_600_000 });
    const { secret, webhook } = rotated.body as { secret: string; webhook: { secrets: object[] } };
    expect(webhook.secrets).toHaveLength(2);
    await send(`${route}/test`);
    const [sent] = service.ports.webhookSender.sent;
    for (const one of [secret, scene.secret]) {
      new StandardWebhook(one).verify(sent?.body ?? '', { ...sent?.headers });
    }
    vi.useRealTimers();
  });
});
