import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TokenId } from '../../kernel/ids.ts';
import { createFixture, overwrite } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { userDocument } from '../../users/documents.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('what is shown of people');
});
afterAll(() => service.ports.close());

// SR-23, SR-28: the API does not expose fields of a document that it does not describe.
test('the API shows only the described fields of a user, and no internal ones', async () => {
  const { ports } = service;
  const { account, user } = await createFixture(ports, { user: { email: 'alice@shop.example' } });
  await overwrite(ports, userDocument.key(user.id), {
    enrolled: ['tok_01k8dq9z2mp' as TokenId],
    emailOnPassword: 'alice@shop.example',
    claiming: { attempt: 'one', names: ['other'], at: 0 },
  });
  const key = await service.keyFor(account);
  const document = (await (await service.call('GET /v1/openapi.json')).json()) as {
    components: { schemas: { User: { properties: object } } };
  };
  const described = Object.keys(document.components.schemas.User.properties);
  const one = (await (await service.call(`GET /v1/users/${user.id}`, { key })).json()) as object;
  const list = (await (await service.call('GET /v1/users', { key })).json()) as { items: object[] };
  for (const view of [one, ...list.items]) {
    expect(Object.keys(view).filter((field) => !described.includes(field))).toEqual([]);
  }
  expect(one).toMatchObject({ login: 'alice', email: 'alice@shop.example', hasPassword: true });
});
