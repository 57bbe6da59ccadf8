import type { Client } from '../../clients/typescript/src/index.ts';
import type { Person } from './visit.ts';

const NAMES = ['maria.castillo', 'li.wei', 'amara.okafor'];

/** More users for the demo: each picture signs in another one, so that none has to wait for the next code. */
export async function invite(client: Client, resource: string): Promise<[Person, ...Person[]]> {
  const people: Person[] = [];
  for (const login of NAMES) {
    const password = `long-enough-for-${login}`;
    const user = await client.users.create({ login, password });
    const { token, otpauthUri } = await client.tokens.create({
      name: `${login}'s phone`,
      kind: 'totp',
      owner: user.id,
    });
    await client.assignments.create({ resource, user: user.id, token: token.id });
    people.push({ login, password, otpauthUri });
  }
  const [first, ...others] = people;
  if (!first) throw new Error('There are no people to sign in.');
  return [first, ...others];
}
