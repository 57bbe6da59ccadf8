import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { apiKeyContext } from '../kernel/secret-context.ts';
import { CATALOGUE } from '../operations/maintenance/catalogue.ts';
import { addAdministrator, type FixtureAdministrator, invite, selfServiceContext } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { birth, read, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { PROTECTIMUS_SCOPES } from './api-key.ts';
import { parseApiKey } from './api-key-format.ts';
import { authenticateApiKey } from './authenticate-api-key.ts';
import { rotateApiKey, updateApiKey } from './change-api-key.ts';
import { createProtectimusKey } from './create-protectimus-key.ts';
import { apiKeyDocument, protectimusKeyIndexes } from './documents.ts';

let ports: TestPorts;
let account: AccountId;
let ada: FixtureAdministrator;
let helper: FixtureAdministrator;
beforeAll(async () => {
  ports = await openTestPorts('keys of the dialect');
  account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
  ada = await addAdministrator(ports, account, { email: 'Ada@acme.example', superuser: true });
  helper = await addAdministrator(ports, account, { email: 'helper@acme.example' });
});
afterAll(() => ports.close());

const INPUT = { name: 'Old shop', lifetimeMs: 3_600_000 };
const keyAct = (scopes: readonly ('authenticate' | 'read' | 'write' | 'administer')[]): RequestContext => ({
  actor: { kind: 'api-key', account, id: birth(ports, 'key').id, scopes },
});
const make = async (act: RequestContext = operatorContext(account), more: object = { administrator: ada.id }) =>
  createProtectimusKey(ports, act, { ...INPUT, ...more });

describe('SR-27: a key of the dialect is created', () => {
  test('by the superuser, by default for themselves', async () => {
    const { key } = unwrap(await make(selfServiceContext(ada), {}));
    expect(key).toMatchObject({ kind: 'protectimus', administrator: ada.id, login: 'Ada@acme.example' });
    expect(key.scopes).toEqual(PROTECTIMUS_SCOPES);
  });

  test('by no other actor: an administrator, a key with fewer rights, a key of the dialect itself', async () => {
    const through = { ...selfServiceContext(ada).actor, through: birth(ports, 'key').id };
    for (const act of [
      selfServiceContext(helper),
      keyAct(['read', 'write', 'authenticate']),
      keyAct(['administer', 'read', 'write']),
      { actor: through },
    ]) {
      expect(await make(act)).toEqual({ refused: 'FORBIDDEN' });
    }
    expect(await make(keyAct(['administer', 'read', 'write', 'authenticate']))).toHaveProperty('key');
  });

  test('for an administrator who exists and has accepted', async () => {
    const invited = await invite(ports, account, { email: 'invited@acme.example' });
    expect(await make(undefined, {})).toMatchObject({ refused: 'INPUT_INVALID' });
    expect(await make(undefined, { administrator: birth(ports, 'adm').id })).toEqual({
      refused: 'ADMINISTRATOR_NOT_FOUND',
    });
    const { id } = invited.administrator;
    expect(await make(undefined, { administrator: id })).toEqual({ refused: 'ADMINISTRATOR_INACTIVE' });
  });

  test('SR-25: with ranges in canonical form, and without invalid ones', async () => {
    const addressRanges = ['203.0.113.9/24', '::ffff:198.51.100.1', '203.0.113.0/24'];
    const { key } = unwrap(await make(undefined, { administrator: ada.id, addressRanges }));
    expect(key.addressRanges).toEqual(['203.0.113.0/24', '198.51.100.1/32']);
    for (const wrong of [['shop.example'], [], Array.from({ length: 51 }, (_, at) => `10.0.0.${at}`)]) {
      expect(await make(undefined, { administrator: ada.id, addressRanges: wrong })).toMatchObject({
        refused: 'INPUT_INVALID',
      });
    }
  });
});

describe('a key of the dialect', () => {
  test('SR-26: is refused by the native API', async () => {
    const { text } = unwrap(await make());
    expect(await authenticateApiKey(ports, text)).toEqual({ refused: 'API_KEY_INVALID' });
  });

  test('SR-21, SR-22: is among the secrets that are re-encrypted, with its former one', async () => {
    const { key, text } = unwrap(await make());
    const at = apiKeyDocument.key(account, key.id);
    unwrap(await rotateApiKey(ports, operatorContext(account), key.id, 60_000));
    const secrets = apiKeyDocument.secrets(await read(ports, at), at).map(({ sealed, context }) => {
      expect(context).toEqual(apiKeyContext(key));
      return Buffer.from(ports.secrets.open(sealed, context)).toString();
    });
    expect(secrets).toHaveLength(2);
    expect(secrets[1]).toBe(parseApiKey(text)?.secret);
  });

  test('has ranges that can be changed and removed, and fixed rights', async () => {
    const { key } = unwrap(await make());
    const act = operatorContext(account);
    const confined = unwrap(await updateApiKey(ports, act, key.id, { addressRanges: ['10.1.2.3/8'] }));
    expect(confined.object).toMatchObject({ addressRanges: ['10.0.0.0/8'] });
    expect(unwrap(await updateApiKey(ports, act, key.id, { name: 'Renamed' })).object).toMatchObject({
      addressRanges: ['10.0.0.0/8'],
    });
    const free = unwrap(await updateApiKey(ports, act, key.id, { addressRanges: null }));
    expect(free.object).not.toHaveProperty('addressRanges');
    for (const changes of [{ scopes: ['administer' as const] }, { resources: null }]) {
      expect(await updateApiKey(ports, act, key.id, changes)).toMatchObject({ refused: 'INPUT_INVALID' });
    }
  });

  test('SR-27: an actor with fewer rights cannot widen its address ranges', async () => {
    const { key } = unwrap(await make(undefined, { administrator: ada.id, addressRanges: ['10.0.0.0/8'] }));
    const weak = keyAct(['administer']);
    expect(await updateApiKey(ports, weak, key.id, { addressRanges: null })).toEqual({ refused: 'FORBIDDEN' });
    expect(await rotateApiKey(ports, weak, key.id, 0)).toEqual({ refused: 'FORBIDDEN' });
    expect(await updateApiKey(ports, weak, key.id, { enabled: false })).toHaveProperty('object');
  });

  test('is found by its login while it exists, and its index entry belongs to its account', async () => {
    const index = protectimusKeyIndexes.login('ada@acme.example');
    const entries = await ports.store.range(index, { limit: 1000 });
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) expect(CATALOGUE.anchorOfEntry(index, entry)).toBe(account);
  });
});
