import { createUser, listUsers, type User, updateUser } from '../dist/generated/orval/client.js';

async function call() {
  const made = await createUser({ login: 'ada', email: 'ada@example.org' });
  const user: User | undefined = made.status === 201 ? made.data : undefined;
  const id = user?.id ?? '';
  const listed = await listUsers({ search: 'ada', limit: 5 });
  const changed = await updateUser(id, { firstName: 'Ada' });
  const taken = await createUser({ login: 'ada' });
  console.log(
    JSON.stringify({
      id,
      listed: listed.status === 200 ? listed.data.items.map((item) => item.login) : undefined,
      firstName: changed.status === 200 ? changed.data.firstName : undefined,
      refused: taken.status === 201 ? undefined : taken.data.code,
    }),
  );
}

void call();
