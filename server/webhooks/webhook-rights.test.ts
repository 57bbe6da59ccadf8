import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import { idFromBytes } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal } from '../kernel/result.ts';
import { birth, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { createWebhookFixture, type WebhookFixture } from '../testing/webhook-fixture.ts';
import { createWebhook } from './create-webhook.ts';
import { webhooksDocument } from './documents.ts';
import { listWebhooks, readWebhook } from './edit-webhook.ts';
import { readDeliveries } from './read-deliveries.ts';
import { replayDeliveries } from './replay-deliveries.ts';
import { rotateWebhookSecret } from './rotate-webhook-secret.ts';
import { testWebhook } from './test-webhook.ts';
import { deleteWebhook, updateWebhook } from './update-webhook.ts';
import { MAX_WEBHOOKS } from './webhook.ts';

let ports: TestPorts;
let scene: WebhookFixture;
beforeAll(async () => {
  ports = await openTestPorts('rights');
  scene = await createWebhookFixture(ports);
});
afterAll(() => ports.close());

const input = { url: 'https://hooks.example/', enabled: true };
const EVERYTHING: Record<string, (act: RequestContext) => Promise<object>> = {
  create: (act) => createWebhook(ports, act, birth(ports, 'whk'), input),
  list: (act) => listWebhooks(ports, act, { limit: 10 }),
  read: (act) => readWebhook(ports, act, scene.webhook.id),
  update: (act) => updateWebhook(ports, act, scene.webhook.id, { description: `${Math.random()}` }),
  rotate: (act) => rotateWebhookSecret(ports, act, scene.webhook.id, 0),
  test: (act) => testWebhook(ports, act, scene.webhook.id),
  deliveries: (act) => readDeliveries(ports, act, scene.webhook.id, { limit: 10 }),
  replay: (act) => replayDeliveries(ports, act, scene.webhook.id, 'dead'),
  delete: (act) => deleteWebhook(ports, act, scene.webhook.id),
};
const cases = Object.entries(EVERYTHING);

describe.each(cases)('to %s', (name, use) => {
  test('is for administrators of the account', async () => {
    const { account } = scene;
    const key = { kind: 'api-key', account, id: idFromBytes('key', new Uint8Array(7)) } as const;
    const refused: Actor[] = [
      {
        kind: 'administrator',
        account,
        id: idFromBytes('adm', new Uint8Array(7)),
        role: 'administrator',
        resources: [],
      },
      { ...key, scopes: ['authenticate', 'read', 'write'] },
      { ...key, scopes: ['administer'], resources: [] },
      { kind: 'user', account },
    ];
    for (const actor of refused) expect(await use({ actor })).toEqual({ refused: 'FORBIDDEN' });
  });

  test('is not for another account, which cannot see that the webhook exists', async () => {
    const other = await createWebhookFixture(ports);
    const answer = await use(other.act);
    if (name === 'create' || name === 'list') expect(JSON.stringify(answer)).not.toContain(scene.webhook.id);
    else expect(answer).toEqual({ refused: 'WEBHOOK_NOT_FOUND' });
  });
});

test('SR-34: each change appends one event with its actor and the changed fields, never their values', async () => {
  const created = await createWebhookFixture(ports);
  const { id } = created.webhook;
  const before = (await ports.store.readEvents(0, 0, 1000)).length;
  unwrap(await updateWebhook(ports, created.act, id, { url: 'https://other.example/', description: 'x' }));
  unwrap(await updateWebhook(ports, created.act, id, {}));
  unwrap(await rotateWebhookSecret(ports, created.act, id, 0));
  unwrap(await deleteWebhook(ports, created.act, id));
  const events = (await ports.store.readEvents(0, before, 1000)).map(({ event }) => event);
  const all = {
    at: ports.clock.now(),
    account: created.account,
    actor: { kind: 'operator' },
    subject: id,
    outcome: 'done',
  };
  expect(events).toEqual([
    { ...all, type: 'webhook.updated', changed: ['description', 'url'] },
    { ...all, type: 'webhook.rotated', changed: ['secrets'] },
    { ...all, type: 'webhook.deleted' },
  ]);
});

test('SR-21: a secret moved to another document does not decrypt, and is in no event', async () => {
  const created = await createWebhookFixture(ports);
  const book = await read(ports, webhooksDocument.key(created.account));
  const sealed = book.webhooks[0]?.secrets[0]?.sealed ?? '';
  const bytes = created.secret.slice('whsec_'.length);
  expect(JSON.stringify(book)).not.toContain(bytes);
  expect(JSON.stringify(await ports.store.readEvents(0, 0, 1000))).not.toContain(bytes);
  const other = await createWebhookFixture(ports);
  const field = `secret/${book.webhooks[0]?.secrets[0]?.id}`;
  for (const context of [
    { account: other.account, kind: 'webhook', id: created.webhook.id, field },
    { account: created.account, kind: 'webhook', id: other.webhook.id, field },
    { account: created.account, kind: 'token', id: created.webhook.id, field },
    { account: created.account, kind: 'webhook', id: created.webhook.id, field: 'secret/other' },
  ] as const) {
    expect(() => ports.secrets.open(sealed, context)).toThrow();
  }
});

test('bounds the webhooks of an account, also under concurrent requests', async () => {
  const { act } = await createWebhookFixture(ports);
  for (let i = 1; i < MAX_WEBHOOKS - 2; i++) unwrap(await createWebhook(ports, act, birth(ports, 'whk'), input));
  const requests = Array.from({ length: 5 }, () => createWebhook(ports, act, birth(ports, 'whk'), input));
  const refused = (await Promise.all(requests)).filter(isRefusal);
  expect(refused).toEqual(refused.map(() => ({ refused: 'WEBHOOK_LIMIT' })));
  expect(unwrap(await listWebhooks(ports, act, { limit: 200 })).items).toHaveLength(MAX_WEBHOOKS);
});

test('SR-31: a private address is refused when it is set', async () => {
  const outcome = await createWebhook(ports, scene.act, birth(ports, 'whk'), { ...input, url: 'https://10.0.0.1/' });
  expect(outcome).toMatchObject({ refused: 'INPUT_INVALID', detail: expect.stringContaining('private') });
  const { webhook, act } = await createWebhookFixture(ports);
  const changed = await updateWebhook(ports, act, webhook.id, { url: 'http://hooks.example/' });
  expect(changed).toMatchObject({ refused: 'INPUT_INVALID', detail: 'url: must be https' });
});
