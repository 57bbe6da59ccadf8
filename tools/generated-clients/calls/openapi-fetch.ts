import createClient from 'openapi-fetch';
import type { components, paths } from '../dist/generated/openapi-typescript.js';

declare const process: { argv: string[] };
const [, , baseUrl = '', key = ''] = process.argv;

async function call() {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
  const made = await client.POST('/users', { body: { login: 'ada', email: 'ada@example.org' } });
  const user: components['schemas']['User'] | undefined = made.data;
  const id = user?.id ?? '';
  const listed = await client.GET('/users', { params: { query: { search: 'ada', limit: 5 } } });
  const changed = await client.PATCH('/users/{id}', { params: { path: { id } }, body: { firstName: 'Ada' } });
  const taken = await client.POST('/users', { body: { login: 'ada' } });
  console.log(
    JSON.stringify({
      id,
      listed: listed.data?.items.map((item) => item.login),
      firstName: changed.data?.firstName,
      refused: taken.error?.code,
    }),
  );
}

void call();
