import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dialect, numberOf, openDialect, PROXY } from '../../testing/dialect.ts';
import { hardware, software, unify } from '../../testing/dialect-devices.ts';
import { addPerson, addResource } from '../../testing/fixtures.ts';
import {
  FOREIGN_CLIENTS,
  type ForeignClient,
  type ForeignLanguage,
  startForeignClient,
} from '../../testing/foreign-client.ts';
import { listen } from '../../testing/listening.ts';
import { ENDPOINTS } from '../routes.ts';

// What each row answers them is tried beside the rows (`tryCases`); here is what all rows have in common.
let dialect: Dialect;
let listening: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  dialect = await openDialect('foreign clients');
  listening = await listen(dialect.service, PROXY);
});
afterAll(async () => {
  listening.close();
  await dialect.service.ports.close();
});

test('every row has cases that they ask, but for those that answer by chance', () => {
  const folder = new URL('.', import.meta.url);
  const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const files = tests.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const texts = files.filter((text) => text.includes('tryCases(')).join('\n');
  // Those with many cases go by a name.
  const named = Object.entries({ software, hardware, unify });
  const asked = (row: string) =>
    texts.includes(`'${row}'`) || named.some(([name, whole]) => whole === row && texts.includes(`row: ${name},`));
  const without = ENDPOINTS.map(({ method, path }) => `${method} ${path}`).filter((row) => !asked(row));
  expect(without).toEqual(
    ['google-authenticator', 'protectimus-smart'].map((app) => `GET token-service/secret-key/${app}`),
  );
});

describe.each(Object.keys(FOREIGN_CLIENTS) as ForeignLanguage[])('a client in %s', (language) => {
  let client: ForeignClient;
  beforeAll(() => {
    client = startForeignClient(language, listening.url);
  });
  afterAll(() => client.close());
  const formats = ['json', 'xml', 'none'] as const;

  test.each(formats)('is let in with its digits in capitals or not, with %s as the suffix', async (format) => {
    for (const upper of [true, false]) {
      const said = await client.ask(dialect, 'GET resource-service/resources/quantity', {}, { format, upper });
      expect(said).toEqual({ response: { quantity: format === 'xml' ? '1' : 1 } });
    }
  });

  test.each(formats)('that has another key sees an unknown error and nothing more, with %s', async (format) => {
    const said = await client.ask(dialect, 'GET auth-service/balance', {}, { format, key: 'another' });
    expect(said).toMatchObject({ code: 9001 });
  });

  test.each(['google-authenticator', 'protectimus-smart'])('gets a new key for %s, another each time', async (app) => {
    const keys = new Set<string>();
    for (const format of ['json', 'xml'] as const) {
      const said = await client.ask(dialect, `GET token-service/secret-key/${app}`, {}, { format });
      const { key } = (said as { response: { key: string } }).response;
      expect(key).toMatch(/^[A-Z2-7]{32}$/);
      keys.add(key);
    }
    expect(keys.size).toBe(2);
  });

  test('names several resources, each language in its own way, and leaves fields empty', async () => {
    const own = await dialect.another({ user: { login: 'ada' } });
    const { ports } = own.service;
    const [bank, other] = [
      await addResource(ports, own.scene.account, { name: 'Bank' }),
      await addResource(ports, own.scene.account, { name: 'Other' }),
    ];
    await addPerson(ports, own.scene.account, bank, { user: { login: 'bob' } });
    await addPerson(ports, own.scene.account, other, { user: { login: 'eve' } });
    const resourceIds = [numberOf(own.scene.resource.id), numberOf(bank.id)];
    const said = await client.ask(
      own,
      'GET user-service/users',
      { resourceIds, login: [], start: [0] },
      { format: 'xml' },
    );
    const { users } = (said as { response: { users: { login: string }[] } }).response;
    expect(users.map(({ login }) => login).sort()).toEqual(['ada', 'bob']);
  });

  test('finds texts as they were, whatever is in them', async () => {
    const own = await dialect.another();
    const resourceName = 'Böse & <Söhne> "☕" + 100% = x;y';
    for (const format of ['json', 'xml'] as const) {
      const name = `${resourceName} ${format}`;
      const made = await client.ask(own, 'POST resource-service/resources', { resourceName: name }, { format });
      const { id } = (made as { response: { id: number } }).response;
      const read = await client.ask(own, `GET resource-service/resources/${id}`, {}, { format });
      expect(read).toMatchObject({ response: { resource: { name } } });
    }
  });
});
