import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_KEYS_PER_LOGIN } from '../api-keys/api-key.ts';
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

// SR-49. The attack: in their own accounts an attacker creates administrators with the victim's address, and so many
// keys for them that the victim's key is no longer among those compared.
test('SR-49: many keys of other accounts with the same user name do not lock a backend out', async () => {
  const own = await dialect.another();
  for (let account = 0; account < 3; account++) {
    const { service, scene } = await dialect.another();
    const twin = await addAdministrator(service.ports, scene.account, { email: own.superuser.email });
    for (let created = 0; created < 20; created++) await dialectKey(service, scene.account, { administrator: twin.id });
  }
  for (let i = 0; i < 3; i++) {
    const key = await dialectKey(own.service, own.scene.account, { administrator: own.superuser.id });
    expect(await statusOf(own, key)).toBe(200);
  }
  expect(await statusOf(own, own.key)).toBe(200);
});

test('SR-49: as many keys as an administrator can have all work; one more is refused on creation', async () => {
  const own = await dialect.another();
  const { service, scene, superuser } = own;
  const keys = [own.key];
  while (keys.length < MAX_KEYS_PER_LOGIN) {
    keys.push(await dialectKey(service, scene.account, { administrator: superuser.id }));
  }
  for (const key of keys) expect(await statusOf(own, key)).toBe(200);
  const more = { name: 'One more', administrator: superuser.id, lifetimeMs: 3_600_000 };
  expect(await createProtectimusKey(service.ports, operatorContext(scene.account), more)).toMatchObject({
    refused: 'INPUT_INVALID',
  });
});
