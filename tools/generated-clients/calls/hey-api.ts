import { client } from '../dist/generated/hey-api/client.gen.js';
import type { User } from '../dist/generated/hey-api/index.js';
import { createUser, listUsers, updateUser } from '../dist/generated/hey-api/index.js';

declare const process: { argv: string[] };
const [, , baseUrl = '', key = ''] = process.argv;

async function call() {
  // A plain key would also go into the cookie of the console, and the service refuses two credentials.
  client.setConfig({ baseUrl, auth: ({ scheme }) => (scheme === 'bearer' ? key : undefined) });
  const made = await createUser({ body: { login: 'ada', email: 'ada@example.org' } });
  const user: User | undefined = made.data;
  const id = user?.id ?? '';
  const listed = await listUsers({ query: { search: 'ada', limit: 5 } });
  const changed = await updateUser({ path: { id }, body: { firstName: 'Ada' } });
  const taken = await createUser({ body: { login: 'ada' } });
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
