import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_KEYS_OF_ONE } from '../api-keys/api-key.ts';
import { createProtectimusKey } from '../api-keys/create-protectimus-key.ts';
import { addAdministrator } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { type Dialect, dialectKey, openDialect } from '../testing/dialect.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('many keys of one name');
});
afterAll(() => dialect.service.ports.close());

const statusOf = async (own: Dialect, key: string) => (await own.ask('GET auth-service/balance', {}, { key })).status;

// SR-49. The attack: in accounts of their own somebody has administrators of a stranger's address, and makes so many keys for
// them that the stranger's is no longer among those that are looked at.
test('SR-49: keys of other accounts that have the same user name shut nobody’s backend out', async () => {
  const own = await dialect.another();
  for (let account = 0; account < 3; account++) {
    const { service, scene } = await dialect.another();
    const twin = await addAdministrator(service.ports, scene.account, { email: own.superuser.email });
    for (let made = 0; made < 20; made++) await dialectKey(service, scene.account, { administrator: twin.id });
  }
  for (let made = 0; made < 3; made++) {
    const key = await dialectKey(own.service, own.scene.account, { administrator: own.superuser.id });
    expect(await statusOf(own, key)).toBe(200);
  }
  expect(await statusOf(own, own.key)).toBe(200);
});

test('SR-49: each of as many keys as an administrator can have opens the door; one more is refused when it is made', async () => {
  const own = await dialect.another();
  const { service, scene, superuser } = own;
  const keys = [own.key];
  while (keys.length < MOST_KEYS_OF_ONE) {
    keys.push(await dialectKey(service, scene.account, { administrator: superuser.id }));
  }
  for (const key of keys) expect(await statusOf(own, key)).toBe(200);
  const more = { name: 'One more', administrator: superuser.id, lifetimeMs: 3_600_000 };
  expect(await createProtectimusKey(service.ports, operatorContext(scene.account), more)).toMatchObject({
    refused: 'INPUT_INVALID',
  });
});
