import { API_SCOPES } from '@countersign/protocol/api-keys';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealEvents } from '../../testing/consuming.ts';
import { openOnEachStore } from '../../testing/each-store.ts';
import { addResource, addUser } from '../../testing/fixtures.ts';
import { addressOf, createSampleFixture, type Operation, type SampleScene, samples } from '../../testing/operations.ts';

// A cursor is a position in an order, which any client can forge; it gives no access. Every paged list of the OpenAPI
// document gets cursors of other lists, of another account and forged ones.
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HOSTILE = [
  encoded(['', '']),
  encoded(['\u0000', '\u0000']),
  encoded(['\uffff', '~']),
  encoded(['\ud800', '\udfff']),
  encoded(['z'.repeat(300), '']),
  encoded(['[', '(']),
  encoded(['000000000000000\u0000', 'usr_00000000000']),
  encoded(['1', 2]),
  encoded({ sort: '1', id: '2' }),
  encoded(['1', '2', '3']),
  encoded([['1'], '2']),
  encoded(null),
  '%00',
  '..%2F..',
  'e30',
  'x'.repeat(500),
];

describe.each(await openOnEachStore('cursors'))('on $store', ({ service, operations }) => {
  let scene: SampleScene;
  let other: SampleScene;
  const keys = new Map<SampleScene, string>();
  let lists: Operation[];
  beforeAll(async () => {
    const document = (await (await service.call('GET /v1/openapi.json')).json()) as {
      paths: Record<string, { get?: { parameters?: { name: string }[] } }>;
    };
    const isPaged = ({ method, path }: Operation) =>
      method === 'GET' && document.paths[path]?.get?.parameters?.some(({ name }) => name === 'limit') === true;
    lists = operations.filter(isPaged);
    [scene, other] = [await createSampleFixture(service), await createSampleFixture(service)];
    for (const one of [scene, other]) {
      for (const login of ['ann', 'ben', 'cem']) {
        await addUser(service.ports, one.account, one.resource, { user: { login } });
        await addResource(service.ports, one.account);
      }
      keys.set(one, await service.keyFor(one.account, [...API_SCOPES]));
    }
    await sealEvents(service.ports);
  });
  afterAll(() => service.ports.close());

  async function ask(list: Operation, of: SampleScene, query: string): Promise<{ status: number; text: string }> {
    const sample = await samples[list.name]?.(of);
    const address = addressOf(list, { status: 200, ...sample, query });
    const response = await service.call(address, { key: keys.get(of) });
    return { status: response.status, text: await response.text() };
  }
  const idsIn = (text: string) => text.match(/\b[a-z]{3}_[0-3][0-9a-hjkmnp-tv-z]{10}\b/g) ?? [];

  test('covers enough lists', () => {
    expect(lists.length).toBeGreaterThanOrEqual(13);
  });

  test('a cursor of another list or account shows only objects of the caller’s account', async () => {
    const otherIds = new Set<string>();
    const cursors = new Set<string>();
    for (const list of lists) {
      for (const of of [scene, other]) {
        const { status, text } = await ask(list, of, 'limit=1');
        expect(status, `${list.name}: ${text}`).toBe(200);
        const { next } = JSON.parse(text) as { next: string | null };
        if (next !== null) cursors.add(next);
      }
      for (const id of idsIn((await ask(list, other, 'limit=50')).text)) otherIds.add(id);
    }
    expect(cursors.size).toBeGreaterThanOrEqual(8);
    for (const list of lists) {
      for (const cursor of cursors) {
        const { status, text } = await ask(list, scene, `limit=50&after=${cursor}`);
        expect(status, `${list.name} after ${cursor}`).toBe(200);
        expect(
          idsIn(text).filter((id) => otherIds.has(id)),
          `${list.name} after ${cursor}`,
        ).toEqual([]);
      }
    }
  });

  test('a forged cursor is a position like any other, or is refused; never a fault', async () => {
    for (const list of lists) {
      for (const cursor of HOSTILE) {
        for (const order of ['', '&order=asc', '&search=a']) {
          const { status } = await ask(list, scene, `limit=3&after=${cursor}${order}`);
          expect([200, 422], `${list.name} after ${cursor}${order}`).toContain(status);
        }
      }
    }
  });

  test.each(['%00', '%01', '%EF%BF%BF', '%F0%90%80%80', '[', '(', '*', '%2525', '__proto__', 'a'.repeat(200)])(
    'responds to a search for %s',
    async (search) => {
      for (const list of lists) {
        const { status } = await ask(list, scene, `limit=3&search=${search}`);
        expect([200, 422], list.name).toContain(status);
      }
    },
  );
});
