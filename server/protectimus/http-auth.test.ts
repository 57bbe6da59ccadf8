import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeAdministrator } from '../administration/change-administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { ProtectimusKey } from '../api-keys/api-key.ts';
import { parseApiKey } from '../api-keys/api-key-format.ts';
import { deleteApiKey, rotateApiKey, updateApiKey } from '../api-keys/change-api-key.ts';
import { apiKeyDocument } from '../api-keys/documents.ts';
import type { ApiKeyId } from '../kernel/ids.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { addAdministrator } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { basic, type Dialect, dialectKey, numberOf, openDialect, passwordOf } from '../testing/dialect.ts';
import { addResource, overwrite, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { WRONG_PER_MINUTE } from './rate-limit.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('the door of the dialect');
});
afterAll(() => dialect.service.ports.close());

const BALANCE = 'GET auth-service/balance';
const idOf = (key: string): ApiKeyId => {
  const parsed = parseApiKey(key);
  if (!parsed) throw new Error('not the text of a key');
  return parsed.id;
};
/** The middle of an hour, so that no neighbour is accepted. */
const toMidHour = ({ service }: Dialect) => {
  const { clock } = service.ports;
  clock.advance(HOUR_MS - (clock.now() % HOUR_MS) + HOUR_MS / 2);
};
const statusOf = async (own: Dialect, call: Parameters<Dialect['ask']>[2] = {}) =>
  (await own.ask(BALANCE, {}, call)).status;

describe('SR-26: an attacker with an intercepted password', () => {
  test('can use it for its hour and five minutes around, and no longer', async () => {
    const own = await dialect.another();
    toMidHour(own);
    const overheard = passwordOf(own.service, own.key);
    expect(await statusOf(own, { password: overheard })).toBe(200);
    const { clock } = own.service.ports;
    clock.advance(HOUR_MS / 2 + 5 * MINUTE_MS - 1);
    expect(await statusOf(own, { password: overheard })).toBe(200);
    clock.advance(1);
    expect(await statusOf(own, { password: overheard })).toBe(401);
    clock.advance(23 * HOUR_MS);
    expect(await statusOf(own, { password: overheard })).toBe(401);
  });

  test('cannot derive the next hour’s password, nor use that of another hour', async () => {
    const own = await dialect.another();
    toMidHour(own);
    for (const hours of [-24, -1, 1, 24]) {
      const at = own.service.ports.clock.now() + hours * HOUR_MS;
      expect(await statusOf(own, { password: passwordOf(own.service, own.key, at) })).toBe(401);
    }
  });

  test('cannot use it or a bare key of the dialect for the native API', async () => {
    const own = await dialect.another();
    const { service } = own;
    for (const text of [own.key, passwordOf(service, own.key)]) {
      expect((await service.call('GET /v1/users', { key: text })).status).toBe(401);
      expect(await statusOf(own, { headers: { authorization: `Bearer ${text}` } })).toBe(401);
    }
  });

  test('is refused over plain http and from pages', async () => {
    const own = await dialect.another();
    const insecure: Parameters<Dialect['ask']>[2][] = [
      { from: '203.0.113.9' },
      { headers: { 'x-forwarded-proto': 'http' } },
      { headers: { forwarded: 'for=203.0.113.9;proto=http' } },
      { headers: { origin: 'https://shop.example' } },
      { headers: { 'sec-fetch-site': 'cross-site' } },
    ];
    for (const call of insecure) {
      const { status, holder } = await own.ask(BALANCE, {}, call);
      expect(status).toBe(403);
      expect(holder).toMatchObject({ status: 'FAILURE', error: { code: 7001 } });
    }
    expect(await statusOf(own, { headers: { 'x-forwarded-proto': 'https' } })).toBe(200);
  });
});

describe('authentication accepts', () => {
  test('the hexadecimal text in upper or lower case, with the email address in any case', async () => {
    const own = await dialect.another();
    const password = passwordOf(own.service, own.key);
    expect(await statusOf(own, { password: password.toUpperCase() })).toBe(200);
    expect(await statusOf(own, { login: own.superuser.email.toUpperCase() })).toBe(200);
  });

  test('no request before a key for the dialect exists', async () => {
    const own = await dialect.another();
    unwrap(await deleteApiKey(own.service.ports, operatorContext(own.scene.account), idOf(own.key)));
    expect(await statusOf(own)).toBe(401);
    const native = await own.service.keyFor(own.scene.account);
    expect(await statusOf(own, { key: native })).toBe(401);
  });

  test('either of two keys of one administrator, each on its own', async () => {
    const own = await dialect.another();
    const another = await dialectKey(own.service, own.scene.account, { administrator: own.superuser.id });
    expect(await statusOf(own, { key: another })).toBe(200);
    expect(await statusOf(own)).toBe(200);
  });

  test('an address that administers several accounts: the key selects the account', async () => {
    const own = await dialect.another();
    const other = await dialect.another();
    const grants = [{ resource: other.scene.resource.id, allowed: false }];
    const twin = await addAdministrator(own.service.ports, other.scene.account, { email: own.superuser.email, grants });
    const key = await dialectKey(own.service, other.scene.account, { administrator: twin.id });
    const seen = await own.ask('GET resource-service/resources', {}, { key });
    const { resources } = seen.holder.response as { resources: { id: number }[] };
    expect(resources.map(({ id }) => id)).toEqual([numberOf(other.scene.resource.id)]);
    expect(await statusOf(own)).toBe(200);
  });
});

describe('SR-17: every failure looks the same', () => {
  test.each<[string, (own: Dialect) => Parameters<Dialect['ask']>[2]]>([
    ['a wrong password', () => ({ password: 'a'.repeat(64) })],
    ['another key’s', () => ({ key: 'csk_01k8dq9z2mp_2m4x7r9t1vw_0123456789abcdefghjkmnpqrstvwxyz' })],
    ['an unknown name', () => ({ login: 'nobody@acme.example' })],
    ['another one’s name', ({ superuser }) => ({ login: `x${superuser.email}` })],
    ['a password of another shape', () => ({ password: 'secret' })],
    ['an empty password', () => ({ password: '' })],
    ['nothing at all', () => ({ headers: { authorization: '' } })],
    ['what is no base64', () => ({ headers: { authorization: 'Basic ???' } })],
    ['a name of hostile characters', () => ({ login: '__proto__\u0000{x}' })],
    ['a very long name', () => ({ login: 'x'.repeat(600) })],
  ])('%s', async (_, callOf) => {
    const own = await dialect.another();
    const { status, holder, response } = await own.ask(BALANCE, {}, callOf(own));
    expect(status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="countersign", charset="UTF-8"');
    expect(holder).toEqual({
      status: 'FAILURE',
      error: {
        code: 7001,
        message: 'The user name or the password is wrong.',
        developerMessage: 'The user name or the password is wrong.',
      },
    });
  });

  test('the number of reads does not reveal whether the name exists', async () => {
    const own = await dialect.another();
    const { store } = own.service.ports;
    const readsFor = async (call: Parameters<Dialect['ask']>[2]) => {
      const before = store.reads;
      await own.ask(BALANCE, {}, call);
      return store.reads - before;
    };
    const known = await readsFor({ password: 'a'.repeat(64) });
    expect(await readsFor({ login: 'nobody@acme.example', password: 'a'.repeat(64) })).toBe(known);
  });

  test('an unknown address is a failure in XML too', async () => {
    const own = await dialect.another();
    const { status, response } = await own.ask('GET no-service/nothing', {}, { password: 'x', format: 'xml' });
    expect(status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/xml; charset=utf-8');
  });
});

describe('SR-2: guesses', () => {
  test('are counted by name and address, and beyond the limit even the right password is refused unread', async () => {
    const own = await dialect.another();
    const there = { 'x-forwarded-for': '203.0.113.66' };
    for (let guess = 0; guess < WRONG_PER_MINUTE; guess++) {
      expect(await statusOf(own, { password: 'a'.repeat(64), headers: there })).toBe(401);
    }
    const barred = await own.ask(BALANCE, {}, { password: 'a'.repeat(64), headers: there });
    expect(barred.status).toBe(429);
    expect(Number(barred.response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await statusOf(own, { headers: there })).toBe(429);
    // SR-49: guesses from another address do not lock the client out.
    expect(await statusOf(own, { headers: { 'x-forwarded-for': '203.0.113.67' } })).toBe(200);
    own.service.ports.clock.advance(MINUTE_MS);
    expect(await statusOf(own, { headers: there })).toBe(200);
  });

  test('SR-63: a wrong password blocks an address for a minute, even if the clock was set back', async () => {
    const own = await dialect.another();
    const there = { 'x-forwarded-for': '203.0.113.66' };
    const guess = { password: 'a'.repeat(64), headers: there };
    for (let at = 0; at <= WRONG_PER_MINUTE; at++) await statusOf(own, guess);
    expect(await statusOf(own, { headers: there })).toBe(429);
    own.service.ports.clock.advance(-60 * MINUTE_MS);
    expect(await statusOf(own, { headers: there })).toBe(200);
  });
});

describe('SR-39: a revoked key is refused at the next request', () => {
  test('that was disabled, has expired or was deleted', async () => {
    const own = await dialect.another();
    const { ports } = own.service;
    const [act, id] = [operatorContext(own.scene.account), idOf(own.key)];
    unwrap(await updateApiKey(ports, act, id, { enabled: false }));
    expect(await statusOf(own)).toBe(401);
    unwrap(await updateApiKey(ports, act, id, { enabled: true }));
    expect(await statusOf(own)).toBe(200);
    unwrap(await updateApiKey(ports, act, id, { expiresAt: ports.clock.now() }));
    expect(await statusOf(own)).toBe(401);
    unwrap(await deleteApiKey(ports, act, id));
    expect(await statusOf(own)).toBe(401);
  });

  test('whose administrator was removed', async () => {
    const own = await dialect.another();
    const { ports } = own.service;
    const email = `gone-${own.superuser.email}`;
    const helper = await addAdministrator(ports, own.scene.account, { email });
    const key = await dialectKey(own.service, own.scene.account, { administrator: helper.id });
    expect(await statusOf(own, { login: email, key })).toBe(200);
    unwrap(await removeAdministrator(ports, operatorContext(own.scene.account), helper.id));
    expect(await statusOf(own, { login: email, key })).toBe(401);
  });

  test('that was rotated, after its overlap', async () => {
    const own = await dialect.another();
    const { ports } = own.service;
    const { text } = unwrap(await rotateApiKey(ports, operatorContext(own.scene.account), idOf(own.key), MINUTE_MS));
    expect(await statusOf(own)).toBe(200);
    expect(await statusOf(own, { key: text })).toBe(200);
    ports.clock.advance(MINUTE_MS);
    expect(await statusOf(own)).toBe(401);
    expect(await statusOf(own, { key: text })).toBe(200);
  });
});

test('SR-25: a key limited to addresses is refused from any other or unknown one', async () => {
  const own = await dialect.another();
  const ranges = ['198.51.100.0/24', '2001:db8::/32'];
  const key = await dialectKey(own.service, own.scene.account, {
    administrator: own.superuser.id,
    addressRanges: ranges,
  });
  const from = (address: string) => statusOf(own, { key, headers: { 'x-forwarded-for': address } });
  expect(await from('198.51.100.7')).toBe(200);
  expect(await from('::ffff:198.51.100.7')).toBe(200);
  expect(await from('2001:DB8:0::1')).toBe(200);
  expect(await from('198.51.101.7')).toBe(401);
  // The proxy names no client.
  expect(await statusOf(own, { key })).toBe(401);
});

describe('SR-27: a key has exactly its administrator’s current rights', () => {
  const helperOf = async (own: Dialect, allowed: boolean) => {
    const grants = [{ resource: own.scene.resource.id, allowed }];
    const email = `helper-${own.superuser.email}`;
    const helper = await addAdministrator(own.service.ports, own.scene.account, { email, grants });
    const key = await dialectKey(own.service, own.scene.account, { administrator: helper.id });
    return { helper, call: { login: email, key } };
  };
  const codeOf = async (own: Dialect, route: string, sent: object, call: object) => {
    const { holder } = await own.ask(route, sent as never, call);
    return holder.error?.code ?? holder.status;
  };

  test('it authenticates only on resources that they may act on', async () => {
    const own = await dialect.another();
    const { helper, call } = await helperOf(own, true);
    const elsewhere = await addResource(own.service.ports, own.scene.account, { name: 'Elsewhere' });
    const sent = { userLogin: own.scene.user.login, pwd: PASSWORD };
    const route = 'POST auth-service/authenticate/user-password';
    const here = { ...sent, resourceId: numberOf(own.scene.resource.id) };
    expect(await codeOf(own, route, here, call)).toBe('OK');
    // A resource that they do not see looks unknown.
    expect(await codeOf(own, route, { ...sent, resourceId: numberOf(elsewhere.id) }, call)).toBe(5002);
    const administrator = administratorDocument.key(own.scene.account, helper.id);
    await overwrite(own.service.ports, administrator, {
      grants: [{ resource: own.scene.resource.id, allowed: false }],
    });
    expect(await codeOf(own, route, here, call)).toBe(7001);
    await overwrite(own.service.ports, administrator, { grants: [] });
    expect(await codeOf(own, route, here, call)).toBe(5002);
  });

  test('it creates, changes and deletes only resources that they may', async () => {
    const own = await dialect.another();
    const { call } = await helperOf(own, false);
    const one = `resource-service/resources/${numberOf(own.scene.resource.id)}`;
    expect(await codeOf(own, `GET ${one}`, {}, call)).toBe('OK');
    expect(await codeOf(own, `PUT ${one}`, { resourceName: 'Mine' }, call)).toBe(7001);
    expect(await codeOf(own, `DELETE ${one}`, {}, call)).toBe(7001);
    expect(await codeOf(own, 'POST resource-service/resources', { resourceName: 'Mine' }, call)).toBe(7001);
    const assigning = { resourceId: numberOf(own.scene.resource.id), userLogin: own.scene.user.login };
    expect(await codeOf(own, 'POST resource-service/assign/user', assigning, call)).toBe(7001);
  });

  test('it never changes an administrator’s sign-in token, not even its own', async () => {
    const own = await dialect.another();
    const { token } = await read(own.service.ports, administratorDocument.key(own.scene.account, own.superuser.id));
    const assigning = { resourceId: numberOf(own.scene.resource.id), tokenId: numberOf(token ?? '') };
    expect(await codeOf(own, 'POST resource-service/assign/token', assigning, {})).toBe(7001);
  });
});

test('SR-34: a request through the dialect leaves a trace: one event with the administrator, the entry and the key', async () => {
  const own = await dialect.another();
  const { store } = own.service.ports;
  const before = store.commits.length;
  await own.ask('POST resource-service/resources', { resourceName: 'Bank' });
  await own.ask('POST auth-service/authenticate/user-password', {
    resourceId: numberOf(own.scene.resource.id),
    userLogin: own.scene.user.login,
    pwd: PASSWORD,
  });
  const events = store.commits.slice(before).flatMap(({ change }) => change.append ?? []);
  const entry = {
    actor: { kind: 'administrator', id: own.superuser.id },
    entry: 'protectimus',
    key: idOf(own.key),
  };
  expect(events).toMatchObject([
    { type: 'resource.created', ...entry },
    { type: 'authentication', outcome: 'granted', ...entry },
  ]);
});

test('SR-35: neither key, password nor input reaches a log', async () => {
  const own = await dialect.another();
  const { service } = own;
  const password = passwordOf(service, own.key);
  await own.ask('POST auth-service/authenticate/user-password', {
    resourceId: numberOf(own.scene.resource.id),
    userLogin: 'canary-of-a-name',
    pwd: 'canary-of-a-password',
  });
  await own.ask(BALANCE, {}, { login: 'canary-of-a-login', password: `${password.slice(0, 63)}0` });
  await own.ask('POST auth-service/prepare', { jsonCanary: 'canary-of-a-field' });
  const logged = service.log.text();
  for (const secret of [
    own.key,
    own.key.split('_')[3] ?? '',
    password,
    password.slice(0, 63),
    'canary',
    basic('', ''),
  ]) {
    expect(logged).not.toContain(secret);
  }
});

test('SR-21: a stolen key secret is encrypted, and moved to another key it does not decrypt', async () => {
  const own = await dialect.another();
  const { ports } = own.service;
  const at = apiKeyDocument.key(own.scene.account, idOf(own.key));
  const kept = await read(ports, at);
  expect(JSON.stringify(kept)).not.toContain(own.key.split('_')[3]);
  const other = await dialect.another();
  const foreign = await read(ports, apiKeyDocument.key(other.scene.account, idOf(other.key)));
  if (kept.kind !== 'protectimus' || foreign.kind !== 'protectimus') throw new Error('keys of another kind');
  const moved: ProtectimusKey = { ...kept, sealedSecret: foreign.sealedSecret };
  await overwrite(ports, at, moved);
  const { status, holder } = await own.ask(BALANCE);
  expect(status).toBe(503);
  expect(holder).toMatchObject({ status: 'FAILURE', error: { code: 3001 } });
});

test('SR-3: an outage is not reported as a wrong password: 503, in the envelope', async () => {
  const own = await dialect.another();
  const { store } = own.service.ports;
  store.intercept = {
    read: () => {
      throw new StoreUnavailable('gone');
    },
  };
  const { status, holder } = await own.ask(BALANCE);
  store.intercept = {};
  expect(status).toBe(503);
  expect(holder).toMatchObject({ status: 'FAILURE', error: { code: 3001 } });
});
