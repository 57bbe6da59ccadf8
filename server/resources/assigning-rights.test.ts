import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import {
  addResource,
  addToken,
  addUser,
  birth,
  createFixture,
  type Fixture,
  overwrite,
  read,
  unwrap,
} from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { updateUser } from '../user-management/update-user.ts';
import { userDocument } from '../users/documents.ts';
import { type AssignmentInput, assign, validateAssignment } from './assign.ts';
import type { Resource } from './resource.ts';

let ports: TestPorts;
/** Alice has a token, and both are assigned to the bank. */
let bank: Fixture;
let shop: Resource;
beforeAll(async () => {
  ports = await openTestPorts('assigning-rights');
});
afterAll(() => ports.close());
beforeEach(async () => {
  bank = await createFixture(ports, { tokens: [{}], resource: { name: 'Bank' } });
  shop = await addResource(ports, bank.account, { name: 'Shop' });
});

const administratorOf = (...resources: Resource[]) => {
  const actor: Actor = {
    kind: 'administrator',
    account: bank.account,
    id: birth(ports, 'adm').id,
    role: 'administrator',
    resources: resources.map(({ id }) => id),
  };
  return { actor };
};
const tokenOf = ({ tokens: [token] }: Fixture) => {
  if (!token) throw new Error('no token');
  return token.id;
};

// SR-67. The attack: an administrator of the shop assigns a user or token of the bank to the shop. From then on the
// bank's own administrator may not block the user, the shop's reset mails links for the password that counts at the
// bank, and the shop's threshold decides how often the bank's token can be guessed at.
describe('SR-67: an administrator of one resource', () => {
  const attempts: [string, () => Promise<Omit<AssignmentInput, 'resource'>>][] = [
    ['a user', async () => ({ user: bank.user.id })],
    ['a user with their token', async () => ({ user: bank.user.id, token: tokenOf(bank) })],
    ['a token of a user', async () => ({ token: tokenOf(bank) })],
    [
      'a token that is used there directly',
      async () => {
        const { id } = await addToken(ports, bank.account, {});
        unwrap(await assign(ports, administratorOf(bank.resource), { resource: bank.resource.id, token: id }));
        return { token: id };
      },
    ],
    [
      'a user who has only their token used there directly',
      async () => {
        const { user } = await addUser(ports, bank.account, shop, { user: { login: 'bob' } });
        const { id } = await addToken(ports, bank.account, { owner: user.id });
        const both = administratorOf(bank.resource, shop);
        unwrap(await assign(ports, both, { resource: bank.resource.id, token: id }));
        return { user: user.id, token: id };
      },
    ],
  ];

  test.each(attempts)('cannot assign %s of another resource to their own', async (_name, target) => {
    const parts = await target();
    const input = { resource: shop.id, ...parts };
    const before = await read(ports, userDocument.key(bank.user.id));
    expect(await assign(ports, administratorOf(shop), input)).toEqual({ refused: 'FORBIDDEN' });
    expect(await validateAssignment(ports, administratorOf(shop), input)).toEqual({ refused: 'FORBIDDEN' });
    expect(await read(ports, userDocument.key(bank.user.id))).toEqual(before);
    const mayBoth = administratorOf(shop, bank.resource);
    expect(await validateAssignment(ports, mayBoth, input)).toBeUndefined();
    expect(await assign(ports, mayBoth, input)).toEqual({ assigned: true });
  });

  test('cannot do it with a key of the Protectimus dialect either', async () => {
    const { actor } = administratorOf(shop);
    const act = { actor: { ...actor, through: birth(ports, 'key').id } };
    expect(await assign(ports, act, { resource: shop.id, user: bank.user.id })).toEqual({ refused: 'FORBIDDEN' });
  });

  test('does not take the right to block the user from the administrator of the other resource', async () => {
    await assign(ports, administratorOf(shop), { resource: shop.id, user: bank.user.id });
    const blocked = await updateUser(ports, administratorOf(bank.resource), bank.user.id, { blocked: true });
    expect(blocked).toMatchObject({ object: { blocked: true } });
  });

  test('assigns users and tokens that are used at no other resource', async () => {
    const { user } = await addUser(ports, bank.account, shop, { user: { login: 'carol' }, alone: false });
    const token = await addToken(ports, bank.account, { owner: user.id });
    const act = administratorOf(shop);
    expect(await assign(ports, act, { resource: shop.id, user: user.id })).toEqual({ assigned: true });
    expect(await assign(ports, act, { resource: shop.id, user: user.id, token: token.id })).toEqual({ assigned: true });
    expect(await assign(ports, act, { resource: shop.id, token: token.id })).toEqual({ assigned: true });
  });

  test('cannot assign a token whose owner changes at the same time', async () => {
    const { user } = await addUser(ports, bank.account, shop, { user: { login: 'dave' } });
    const { id } = await addToken(ports, bank.account, { owner: user.id });
    ports.store.intercept.read = async (keys) => {
      if (!keys.some(({ anchor }) => anchor === user.id)) return;
      ports.store.intercept = {};
      await overwrite(ports, tokenDocument.key(id), { owner: bank.user.id });
    };
    const verdict = await assign(ports, administratorOf(shop), { resource: shop.id, token: id });
    expect(verdict).toEqual({ refused: 'CONTENTION' });
    expect((await read(ports, tokenDocument.key(id))).directResources).toEqual([]);
  });
});
