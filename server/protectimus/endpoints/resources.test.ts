import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountDocument } from '../../accounts/documents.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { GeoRule } from '../../resources/filters/filter.ts';
import { createFilter } from '../../testing/as-operator.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import { addResource, addToken, birth, overwrite, read, unwrap } from '../../testing/fixtures.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of resources');
});
afterAll(() => dialect.service.ports.close());

const GEO: GeoRule = { kind: 'geo', mode: 'allow', countries: ['DE'], unlocated: 'deny' };
/** The number of the latest filter. */
let geo = 0;

const one = ({ scene }: Dialect) => `resource-service/resources/${numberOf(scene.resource.id)}`;
const shop = ({ scene }: Dialect) => ({
  id: numberOf(scene.resource.id),
  name: 'Shop',
  failedAttemptsBeforeLock: 5,
  // The operator created the fixture's, and has no number in the dialect.
  creatorId: 0,
  creatorUsername: 'operator',
});
const R = ({ scene }: Dialect) => ({ resourceId: numberOf(scene.resource.id), resourceName: undefined });
const U = ({ scene }: Dialect) => ({ userId: numberOf(scene.user.id), userLogin: undefined });
const token = async ({ service, scene }: Dialect, isTheirs = true) => {
  const created = await addToken(service.ports, scene.account, isTheirs ? { owner: scene.user.id } : {});
  return { tokenId: numberOf(created.id) };
};

const CASES: DialectCase[] = [
  {
    row: 'GET resource-service/resources',
    when: 'there is one',
    send: () => ({ start: 0, limit: 10 }),
    response: (own: Dialect) => ({ resources: [shop(own)] }),
  },
  {
    row: 'GET resource-service/resources',
    when: 'no filter is sent',
    send: () => ({}),
    response: (own: Dialect) => ({ resources: [shop(own)] }),
  },
  {
    row: 'GET resource-service/resources',
    when: 'the filters are the null of a language',
    send: () => ({ start: 'null', limit: 'NULL' }),
    response: (own: Dialect) => ({ resources: [shop(own)] }),
  },
  {
    row: 'GET resource-service/resources',
    when: 'there are fewer',
    send: () => ({ start: 1 }),
    response: { resources: [] },
  },
  { row: 'GET resource-service/resources/quantity', when: 'there is one', send: () => ({}), response: { quantity: 1 } },
  {
    row: 'GET resource-service/resources/#',
    when: 'it exists',
    send: (own) => ({ path: one(own) }),
    response: (own: Dialect) => ({ resource: shop(own) }),
  },
  {
    row: 'GET resource-service/resources/#',
    when: 'it has filters',
    send: async (own) => {
      const { service, scene } = own;
      const countries = { name: 'Home', rule: GEO };
      const created = unwrap(await createFilter(service.ports, birth(service.ports, 'flt'), scene.account, countries));
      await overwrite(service.ports, resourceDocument.key(scene.resource.id), { geoFilter: created.filter.id });
      geo = numberOf(created.filter.id);
      return { path: one(own) };
    },
    response: (own: Dialect) => {
      const { id, name, failedAttemptsBeforeLock, ...creator } = shop(own);
      const filter = { geoFilterId: geo, geoFilterName: 'Home', geoFilterEnabled: true };
      return { resource: { id, name, failedAttemptsBeforeLock, ...filter, ...creator } };
    },
  },
  {
    row: 'GET resource-service/resources/#',
    when: 'the number is unknown',
    send: () => ({ path: 'resource-service/resources/4711' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET resource-service/resources/#',
    when: 'the number is too large',
    send: () => ({ path: 'resource-service/resources/9223372036854775807' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET resource-service/resources/#',
    when: 'it is not a number',
    send: () => ({ path: 'resource-service/resources/shop' }),
    failure: 'INVALID_URL_PATTERN',
  },
  {
    row: 'POST resource-service/resources',
    when: 'it has no name',
    send: () => ({ resourceName: undefined, failedAttemptsBeforeLock: 5 }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST resource-service/resources',
    when: 'the limit before a lock is too high',
    send: () => ({ resourceName: 'Bank', failedAttemptsBeforeLock: 11 }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST resource-service/resources',
    when: 'the name is too long',
    send: () => ({ resourceName: 'x'.repeat(101) }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  {
    row: 'POST resource-service/resources',
    when: 'an unknown parameter is sent',
    send: () => ({ resourceName: 'Bank', account: 1 }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST resource-service/resources',
    when: 'the plan allows no more',
    send: async ({ service, scene }) => {
      const plan = { name: 'Small', active: true, quotas: { resources: 1 } };
      await overwrite(service.ports, accountDocument.key(scene.account), { plan });
      return { resourceName: 'Bank' };
    },
    failure: 'ACCESS_RESTRICTION',
  },
  {
    row: 'PUT resource-service/resources/#',
    when: 'it gets another name and limit',
    send: (own) => ({ path: one(own), resourceName: 'Bank', failedAttemptsBeforeLock: 3 }),
    response: (own: Dialect) => ({ resource: { ...shop(own), name: 'Bank', failedAttemptsBeforeLock: 3 } }),
  },
  {
    row: 'PUT resource-service/resources/#',
    when: 'empty parameters change nothing',
    send: (own) => ({ path: one(own), resourceName: undefined, failedAttemptsBeforeLock: 8 }),
    response: (own: Dialect) => ({ resource: { ...shop(own), failedAttemptsBeforeLock: 8 } }),
  },
  {
    row: 'PUT resource-service/resources/#',
    when: 'the number is unknown',
    send: () => ({ path: 'resource-service/resources/4711', resourceName: 'Bank' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'DELETE resource-service/resources/#',
    when: 'it exists: the response shows its last state',
    send: (own) => ({ path: one(own) }),
    response: (own: Dialect) => ({ resource: shop(own) }),
  },
  {
    row: 'DELETE resource-service/resources/#',
    when: 'the number is unknown',
    send: () => ({ path: 'resource-service/resources/4711' }),
    failure: 'MISSING_DB_ENTITY',
  },

  { row: 'POST resource-service/assign/user', when: 'both exist', send: (own) => ({ ...R(own), ...U(own) }) },
  {
    row: 'POST resource-service/assign/user',
    when: 'both are given',
    send: ({ scene }) => ({ resourceName: scene.resource.name, userLogin: scene.user.login }),
  },
  {
    row: 'POST resource-service/assign/user',
    when: 'the number is unknown',
    send: (own) => ({ ...R(own), userId: 4711 }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST resource-service/assign/user',
    when: 'several resources have that name',
    send: async (own) => {
      await addResource(own.service.ports, own.scene.account);
      return { resourceName: 'Shop', ...U(own) };
    },
    failure: 'INVALID_PARAMETER',
  },
  { row: 'POST resource-service/unassign/user', when: 'they are assigned', send: (own) => ({ ...R(own), ...U(own) }) },
  {
    row: 'POST resource-service/unassign/user',
    when: 'they are not assigned alone',
    scene: { tokens: [{}] },
    send: (own) => ({ ...R(own), ...U(own) }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST resource-service/assign/token',
    when: 'both exist',
    send: async (own) => ({ ...R(own), ...(await token(own, false)) }),
  },
  {
    row: 'POST resource-service/assign/token',
    when: 'no token has that number',
    send: (own) => ({ ...R(own), tokenId: 4711 }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST resource-service/unassign/token',
    when: 'it is assigned',
    send: async (own) => {
      const sent = { ...R(own), ...(await token(own, false)) };
      await own.ask('POST resource-service/assign/token', sent);
      return sent;
    },
  },
  {
    row: 'POST resource-service/unassign/token',
    when: 'it is not assigned',
    send: async (own) => ({ ...R(own), ...(await token(own)) }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST resource-service/assign/user-token',
    when: 'the token is the user’s',
    send: async (own) => ({ ...R(own), ...U(own), ...(await token(own)) }),
  },
  {
    row: 'POST resource-service/assign/user-token',
    when: 'the token is not the user’s',
    send: async (own) => ({ ...R(own), ...U(own), ...(await token(own, false)) }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST resource-service/unassign/user-token',
    when: 'they are assigned together',
    scene: { tokens: [{}] },
    send: (own) => ({ ...R(own), ...U(own), tokenId: numberOf(own.scene.tokens[0]?.id ?? '') }),
  },
  {
    row: 'POST resource-service/unassign/user-token',
    when: 'no token is given',
    send: (own) => ({ ...R(own), ...U(own), tokenId: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST resource-service/assign/token-with-user',
    when: 'the token has an owner',
    send: async (own) => ({ ...R(own), ...(await token(own)) }),
  },
  {
    row: 'POST resource-service/assign/token-with-user',
    when: 'the token has no owner',
    send: async (own) => ({ ...R(own), ...(await token(own, false)) }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST resource-service/unassign/token-with-user',
    when: 'they are assigned together',
    scene: { tokens: [{}] },
    send: (own) => ({ ...R(own), tokenId: numberOf(own.scene.tokens[0]?.id ?? '') }),
  },
  {
    row: 'POST resource-service/unassign/token-with-user',
    when: 'no token has that number',
    send: (own) => ({ ...R(own), tokenId: 4711 }),
    failure: 'MISSING_DB_ENTITY',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  test('POST resource-service/resources: the created resource is listed with its creator', async () => {
    const own = await dialect.another();
    const sent = { resourceName: 'Bank <&> "Söhne"', failedAttemptsBeforeLock: 3 };
    const creation = await own.ask('POST resource-service/resources', sent, { format });
    const { id } = creation.holder.response as { id: number };
    const view = await own.ask(`GET resource-service/resources/${id}`, {}, { format });
    expect(view.holder.response).toMatchObject({
      resource: { id, name: 'Bank <&> "Söhne"', creatorUsername: own.superuser.email },
    });
    const { resource } = view.holder.response as { resource: { creatorId: number } };
    expect(Number(resource.creatorId)).toBe(numberOf(own.superuser.id));
  });

  test('sorts lists newest first, and their parts join without a gap', async () => {
    const own = await dialect.another();
    for (const name of ['b', 'c', 'd', 'e']) {
      own.service.ports.clock.advance(1);
      await own.ask('POST resource-service/resources', { resourceName: name });
    }
    const names: string[] = [];
    for (const start of [0, 2, 4]) {
      const part = await own.ask('GET resource-service/resources', { start, limit: 2 }, { format });
      const { resources } = part.holder.response as { resources: { name: string }[] };
      names.push(...resources.map(({ name }) => name));
    }
    expect(names).toEqual(['e', 'd', 'c', 'b', 'Shop']);
  });

  test('says that a resource has the name that is taken', async () => {
    const own = await dialect.another();
    const { holder } = await own.ask('POST resource-service/resources', { resourceName: 'Shop' }, { format });
    expect(holder.error).toMatchObject({
      message: 'Another resource of this account has that name.',
      developerMessage: 'RESOURCE_NAME_TAKEN: resourceName',
    });
    expect(Number(holder.error?.code)).toBe(1001);
  });

  test('treats another account’s resource like an unknown one', async () => {
    const [own, other] = [await dialect.another(), await dialect.another()];
    for (const route of [`GET ${one(other)}`, `PUT ${one(other)}`, `DELETE ${one(other)}`]) {
      const { holder } = await own.ask(route, {}, { format });
      expect(Number(holder.error?.code)).toBe(5002);
    }
    expect(await read(dialect.service.ports, resourceDocument.key(other.scene.resource.id))).toMatchObject({
      name: 'Shop',
    });
  });
});
