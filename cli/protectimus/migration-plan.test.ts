import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planMigration } from './migration-plan.ts';
import type { SourceAccount } from './read-source.ts';
import type { SourceToken, SourceUser } from './source-objects.ts';

const user = (id: number, login = `person-${id}`): SourceUser => ({
  id,
  login,
  email: undefined,
  phone: undefined,
  firstName: undefined,
  secondName: undefined,
  apiSupport: true,
});
const token = (id: number, more: Partial<SourceToken> = {}): SourceToken => ({
  id,
  name: `token ${id}`,
  type: 'GOOGLE_AUTHENTICATOR',
  serial: undefined,
  enabled: true,
  apiSupport: true,
  owner: undefined,
  isStaffs: false,
  ...more,
});
const account = (more: Partial<SourceAccount> = {}): SourceAccount => ({
  resources: [{ id: 1, name: 'Shop', failedAttemptsBeforeLock: 5, filters: [] }],
  users: [],
  tokens: [],
  access: new Map(),
  blockedUsers: new Set(),
  blockedTokens: new Set(),
  unread: [],
  warnings: [],
  ...more,
});
const onShop = (users: SourceUser[], tokens: SourceToken[], isTokenUnread = false) =>
  new Map([[1, { users, tokens, isTokenUnread }]]);

describe('the plan', () => {
  test('keeps a token with its owner if both are on the resource, and by itself otherwise', () => {
    const [ada, eve] = [user(1), user(2)];
    const tokens = [token(11, { owner: 1 }), token(12, { owner: 2 }), token(13)];
    const { access } = planMigration(account({ users: [ada, eve], tokens, access: onShop([ada], tokens) }));
    expect(access).toEqual([
      { resource: 1, user: 1, tokens: [11], neededToken: true },
      { resource: 1, user: undefined, tokens: [12], neededToken: true },
      { resource: 1, user: undefined, tokens: [13], neededToken: true },
    ]);
  });

  test('skips both of two objects with one name', () => {
    const { users, skipped } = planMigration(
      account({ users: [user(1, 'Ada'), user(2, 'ＡDA'), user(3)], access: onShop([], []) }),
    );
    expect(users.map(({ id }) => id)).toEqual([3]);
    expect(skipped.map(({ code }) => code)).toEqual(['NAME_TWICE', 'NAME_TWICE']);
  });

  test('gives no access to a number that belongs to another user by now', () => {
    const { access, skipped } = planMigration(
      account({ users: [user(1, 'ada')], access: onShop([user(1, 'mallory')], []) }),
    );
    expect(access).toEqual([]);
    expect(skipped).toEqual([expect.objectContaining({ code: 'CONTRADICTED', name: 'mallory' })]);
  });

  test('requires tokens on a resource with an unreadable token, which any user may own', () => {
    const { access, resources } = planMigration(account({ users: [user(1)], access: onShop([user(1)], [], true) }));
    expect(access).toEqual([expect.objectContaining({ neededToken: true })]);
    expect(resources).toEqual([expect.objectContaining({ withTokens: true })]);
  });
});

describe('for any source account', () => {
  const numbers = fc.integer({ min: 1, max: 6 });
  const users = fc.uniqueArray(numbers, { maxLength: 6 }).map((ids) => ids.map((id) => user(id)));
  const someToken = fc.record({
    id: fc.integer({ min: 11, max: 18 }),
    owner: fc.option(numbers, { nil: undefined }),
    enabled: fc.boolean(),
    isStaffs: fc.boolean(),
    type: fc.constantFrom('SMS', 'MAIL', 'GOOGLE_AUTHENTICATOR', 'SUNDIAL'),
    serial: fc.option(fc.constantFrom('S1', 'S2'), { nil: undefined }),
  });
  const tokens = fc
    .uniqueArray(someToken, { selector: ({ id }) => id, maxLength: 8 })
    .map((list) => list.map((one) => token(one.id, one)));
  const someAccount = fc
    .record({
      users,
      tokens,
      onIt: fc.tuple(users, tokens),
      blocked: fc.uniqueArray(fc.integer({ min: 11, max: 18 })),
      kept: fc.uniqueArray(numbers),
    })
    .map(({ onIt: [people, things], blocked, kept, ...rest }) =>
      account({
        ...rest,
        access: onShop(people, things),
        blockedTokens: new Set(blocked),
        blockedUsers: new Set(kept),
      }),
    );

  test('no user who had a token is planned without one', () => {
    fc.assert(
      fc.property(someAccount, (from) => {
        const { access } = planMigration(from);
        const message = from.access.get(1);
        const owners = message && 'tokens' in message ? message.tokens.map(({ owner }) => owner) : [];
        for (const one of access) {
          if (one.user !== undefined && owners.includes(one.user)) expect(one.neededToken).toBe(true);
        }
      }),
    );
  });

  test('tokens go to their owners only, and locked, deactivated or administrators’ tokens to no user', () => {
    fc.assert(
      fc.property(someAccount, (from) => {
        const known = new Map(from.tokens.map((one) => [one.id, one]));
        const move = planMigration(from);
        for (const { user: person, tokens: given } of move.access) {
          for (const id of given) {
            const one = known.get(id);
            expect(one).toMatchObject({ enabled: true, isStaffs: false });
            expect(from.blockedTokens.has(id)).toBe(false);
            if (person !== undefined) expect(one?.owner).toBe(person);
          }
        }
      }),
    );
  });

  test('blocked users stay blocked, and nothing is reported twice or lost', () => {
    fc.assert(
      fc.property(someAccount, (from) => {
        const move = planMigration(from);
        for (const { id, blocked } of move.users) expect(blocked).toBe(from.blockedUsers.has(id));
        const skipped = move.skipped.filter(({ what }) => what === 'token').map(({ number }) => number);
        const all = [...move.tokens.map(({ id }) => id), ...skipped];
        expect([...all].sort()).toEqual(from.tokens.map(({ id }) => id).sort());
      }),
    );
  });
});
