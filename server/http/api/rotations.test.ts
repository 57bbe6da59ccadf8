import { API_SCOPES } from '@countersign/protocol/api-keys';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openService, type Service } from '../../testing/http-service.ts';
import { createSampleFixture, type SampleScene } from '../../testing/operations.ts';

// SR-59: a client that rotates a secret and loses the response repeats the request. A second rotation would invalidate
// the secret in use, so the repetition gets the first response.
let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('rotations');
  scene = await createSampleFixture(service);
});
afterEach(() => {
  service.ports.store.intercept = {};
});
afterAll(() => service.ports.close());

const OVERLAP = { overlapMs: 3_600_000 };
const post = (route: string, body: object, key = scene.key, headers: Record<string, string> = {}) =>
  service.call(`POST /v1${route}`, { key, body, headers });
const rotate = async (path: string, idempotencyKey: string) => {
  const response = await post(`${path}/rotate`, OVERLAP, scene.key, { 'idempotency-key': idempotencyKey });
  return { status: response.status, body: (await response.json()) as { text?: string; secret?: string } };
};
/** Commits, then loses the response. */
function killAfter(name: string): void {
  service.ports.store.intercept.commit = async (change, go) => {
    const outcome = await go();
    if (change.put?.some(({ key }) => key.name.startsWith(name))) throw new Error('the process is killed');
    return outcome;
  };
}

describe.each(['after an answer', 'after a crash'] as const)('SR-59: a rotation that is repeated %s', (when) => {
  test('gives an API key one new secret, and the previous one stays valid', async () => {
    const created = await post('/api-keys', { name: 'fleet', scopes: [...API_SCOPES] });
    const { key, text } = (await created.json()) as { key: { id: string }; text: string };
    const path = `/api-keys/${key.id}`;
    if (when === 'after a crash') killAfter('api-key/');
    const first = await rotate(path, `key ${when}`.replaceAll(' ', '-'));
    service.ports.store.intercept = {};
    const second = await rotate(path, `key ${when}`.replaceAll(' ', '-'));
    expect(second.status).toBe(200);
    if (when === 'after an answer') expect(second).toEqual(first);
    for (const secret of [text, second.body.text ?? '']) {
      expect((await service.call('GET /v1/account', { key: secret })).status).toBe(200);
    }
    expect(second.body.text).not.toBe(text);
  });

  test('gives a webhook one new secret, and the previous one also signs', async () => {
    const creation = await post('/webhooks', { url: 'https://rotated.example/' });
    const { webhook } = (await creation.json()) as { webhook: { id: string } };
    const path = `/webhooks/${webhook.id}`;
    if (when === 'after a crash') killAfter('webhooks');
    const first = await rotate(path, `hook ${when}`.replaceAll(' ', '-'));
    const before = await service.call(`GET /v1${path}`, { key: scene.key });
    service.ports.store.intercept = {};
    const second = await rotate(path, `hook ${when}`.replaceAll(' ', '-'));
    expect(second.status).toBe(200);
    if (when === 'after an answer') expect(second).toEqual(first);
    const { secrets } = (await before.json()) as { secrets: object[] };
    const after = await service.call(`GET /v1${path}`, { key: scene.key });
    expect(await after.json()).toMatchObject({ secrets });
    expect(secrets).toHaveLength(2);
    expect(second.body.secret).toMatch(/^whsec_/);
  });
});
