import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dialect, numberOf, openDialect, PROXY } from '../../testing/dialect.ts';
import { hardware, software, unify } from '../../testing/dialect-devices.ts';
import { addResource, addUser } from '../../testing/fixtures.ts';
import {
  FOREIGN_CLIENTS,
  type ForeignClient,
  type ForeignLanguage,
  startForeignClient,
} from '../../testing/foreign-client.ts';
import { listen } from '../../testing/listening.ts';
import { ENDPOINTS } from '../routes.ts';

// The responses of each endpoint are tested beside the endpoints (`tryCases`); these tests cover what all have in
// common.
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

test('has cases for every endpoint except those with random responses', () => {
  const folder = new URL('.', import.meta.url);
  const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const files = tests.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const texts = files.filter((text) => text.includes('tryCases(')).join('\n');
  // Tables with many cases are listed by name.
  const named = Object.entries({ software, hardware, unify });
  const isSent = (row: string) =>
    texts.includes(`'${row}'`) || named.some(([name, whole]) => whole === row && texts.includes(`row: ${name},`));
  const without = ENDPOINTS.map(({ method, path }) => `${method} ${path}`).filter((row) => !isSent(row));
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

  test.each(formats)('authenticates with its digits in upper or lower case, with %s as the suffix', async (format) => {
    for (const upper of [true, false]) {
      const answer = await client.ask(dialect, 'GET resource-service/resources/quantity', {}, { format, upper });
      expect(answer).toEqual({ response: { quantity: format === 'xml' ? '1' : 1 } });
    }
  });

  test.each(formats)('with another key gets an unknown error and nothing more, with %s', async (format) => {
    const answer = await client.ask(dialect, 'GET auth-service/balance', {}, { format, key: 'another' });
    expect(answer).toMatchObject({ code: 9001 });
  });

  test.each(['google-authenticator', 'protectimus-smart'])(
    'gets a new key for %s, different each time',
    async (app) => {
      const keys = new Set<string>();
      for (const format of ['json', 'xml'] as const) {
        const answer = await client.ask(dialect, `GET token-service/secret-key/${app}`, {}, { format });
        const { key } = (answer as { response: { key: string } }).response;
        expect(key).toMatch(/^[A-Z2-7]{32}$/);
        keys.add(key);
      }
      expect(keys.size).toBe(2);
    },
  );

  test('sends several resources, each language in its own way, and leaves fields empty', async () => {
    const own = await dialect.another({ user: { login: 'ada' } });
    const { ports } = own.service;
    const [bank, other] = [
      await addResource(ports, own.scene.account, { name: 'Bank' }),
      await addResource(ports, own.scene.account, { name: 'Other' }),
    ];
    await addUser(ports, own.scene.account, bank, { user: { login: 'bob' } });
    await addUser(ports, own.scene.account, other, { user: { login: 'eve' } });
    const resourceIds = [numberOf(own.scene.resource.id), numberOf(bank.id)];
    const answer = await client.ask(
      own,
      'GET user-service/users',
      { resourceIds, login: [], start: [0] },
      { format: 'xml' },
    );
    const { users } = (answer as { response: { users: { login: string }[] } }).response;
    expect(users.map(({ login }) => login).sort()).toEqual(['ada', 'bob']);
  });

  test('gets texts back unchanged, whatever they contain', async () => {
    const own = await dialect.another();
    const resourceName = 'Böse & <Söhne> "☕" + 100% = x;y';
    for (const format of ['json', 'xml'] as const) {
      const name = `${resourceName} ${format}`;
      const created = await client.ask(own, 'POST resource-service/resources', { resourceName: name }, { format });
      const { id } = (created as { response: { id: number } }).response;
      const read = await client.ask(own, `GET resource-service/resources/${id}`, {}, { format });
      expect(read).toMatchObject({ response: { resource: { name } } });
    }
  });
});
