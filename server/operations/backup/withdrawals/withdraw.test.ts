import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Administrator, NO_RECOVERY_CODES } from '../../../administrators/administrator.ts';
import type { AccountEvent } from '../../../kernel/event.ts';
import { accountId, frozen, resourceId, sampleToken, sampleUser, tokenId, userId } from '../../../testing/samples.ts';
import { tokenState } from '../../../tokens/lockout.ts';
import type { Token } from '../../../tokens/token.ts';
import type { User } from '../../../users/user.ts';
import { type AccountWithdrawals, addEvent, noWithdrawals, type ObjectWithdrawals } from './collect-withdrawals.ts';
import { lacksNewToken, withdrawAdministrator, withdrawSwitch, withdrawToken, withdrawUser } from './withdraw.ts';
import type { Withdrawal } from './withdrawing-events.ts';

// SR-62. The attack: a withdrawal after a restore grants access elsewhere.

const NOW = 1_800_000_000_000;
const UNKNOWN = 'unknown';
const ACCOUNT = accountId(1);

const event = (type: AccountEvent['type'], rest: Partial<AccountEvent> = {}): AccountEvent => ({
  type,
  at: NOW,
  account: ACCOUNT,
  actor: { kind: 'operator' },
  outcome: 'done',
  ...rest,
});
function collected(...events: AccountEvent[]): AccountWithdrawals {
  const all: AccountWithdrawals = { account: ACCOUNT, objects: new Map() };
  for (const one of events) addEvent(all, frozen(one));
  return all;
}
const of = (all: AccountWithdrawals, id: string) => all.objects.get(id) ?? noWithdrawals();

const withdrawals = fc.uniqueArray(
  fc.constantFrom<Withdrawal>(
    ...(['block', 'replace-password', 'refuse-api', 'switch', 'lock', 'disown', 'disable', 'delete'] as const),
    ...(['clear-grants', 'read-only', 'drop-passkeys', 'end-sign-in', 'review', 'unassign'] as const),
  ),
);
const assignment = fc.record(
  { resource: fc.integer({ min: 1, max: 3 }).map(resourceId), token: fc.integer({ min: 1, max: 3 }).map(tokenId) },
  { requiredKeys: [] },
);
const object: fc.Arbitrary<ObjectWithdrawals> = fc
  .record({
    withdrawals,
    unassigned: fc.array(assignment, { maxLength: 3 }),
    switches: fc.integer({ min: 1, max: 3 }),
    isUncertain: fc.boolean(),
  })
  .map(({ withdrawals: found, unassigned, switches, isUncertain }) => ({
    ...noWithdrawals(),
    isUncertain,
    withdrawals: new Set(found),
    unassigned,
    switches: found.includes('switch') ? switches : 0,
  }));
const user: fc.Arbitrary<User> = fc
  .record({
    blocked: fc.boolean(),
    apiSupport: fc.boolean(),
    assignments: fc.uniqueArray(
      fc.record({
        resource: fc.integer({ min: 1, max: 3 }).map(resourceId),
        alone: fc.boolean(),
        tokens: fc.uniqueArray(
          fc.record({ token: fc.integer({ min: 1, max: 3 }).map(tokenId), epoch: fc.constant(0) }),
          { selector: (pair) => pair.token },
        ),
      }),
      { selector: (one) => one.resource },
    ),
  })
  .map((facts) => sampleUser({ passwordHash: 'old', ...facts }));

const access = ({ assignments }: User) =>
  assignments.flatMap(({ resource, alone, tokens }) => [
    ...(alone ? [resource as string] : []),
    ...tokens.map(({ token }) => `${resource} ${token}`),
  ]);

describe('a user after a withdrawal', () => {
  test('has no right that they did not have before', () => {
    fc.assert(
      fc.property(user, object, (before, what) => {
        const after = withdrawUser(frozen(before), what, UNKNOWN);
        expect(after.blocked).toBe(before.blocked || what.withdrawals.has('block'));
        expect(after.apiSupport).toBe(before.apiSupport && !what.withdrawals.has('refuse-api'));
        expect(after.passwordHash).toBe(what.withdrawals.has('replace-password') ? UNKNOWN : 'old');
        expect(access(before)).toEqual(expect.arrayContaining(access(after)));
        for (const { resource, token } of what.unassigned) {
          const remaining = access(after).filter((one) => {
            const [on, pair] = one.split(' ');
            return (resource === undefined || on === resource) && pair === token;
          });
          expect(remaining).toEqual([]);
        }
        expect(withdrawUser(after, what, UNKNOWN)).toEqual(after);
      }),
    );
  });

  test('has an unknown password, also if the backup has none', () => {
    const what = { ...noWithdrawals(), withdrawals: new Set(['replace-password'] as const) };
    expect(withdrawUser(sampleUser(), what, UNKNOWN).passwordHash).toBe(UNKNOWN);
  });
});

describe('a token after a withdrawal', () => {
  const token = fc.record({ enabled: fc.boolean(), isLocked: fc.boolean() }).map(({ enabled, isLocked }) =>
    sampleToken({
      enabled,
      owner: userId(1),
      directResources: [resourceId(1), resourceId(2)],
      ...(isLocked && { lock: { reason: 'otp-failures', at: 1 } }),
    }),
  );

  test('is active only if it was, and nothing of it was withdrawn', () => {
    fc.assert(
      fc.property(token, object, fc.boolean(), (before, what, isReplaced) => {
        const after = withdrawToken(frozen(before), what, isReplaced, NOW);
        const ends = (['switch', 'lock', 'delete'] as const).some((one) => what.withdrawals.has(one));
        if (ends || tokenState(before, NOW) !== 'active') expect(tokenState(after, NOW)).not.toBe('active');
        if (before.lock) expect([before.lock, { reason: 'administrator', at: NOW }]).toContainEqual(after.lock);
        if (what.withdrawals.has('disown')) expect(after.owner === undefined || after.lock !== undefined).toBe(true);
        for (const resource of after.directResources) expect(before.directResources).toContain(resource);
      }),
    );
  });

  test('is not locked where recovery codes were renewed: those of the backup are void', () => {
    const what = { ...noWithdrawals(), withdrawals: new Set(['lock'] as const) };
    const codes: Token = { ...sampleToken(), factor: { kind: 'recovery', macs: [] } };
    expect(withdrawToken(codes, what, false, NOW)).toEqual(codes);
  });

  test('is deactivated only if it was active and switched once, because its owner then needs no code', () => {
    fc.assert(
      fc.property(token, object, fc.boolean(), (before, what, isReplaced) => {
        const after = withdrawToken(before, what, isReplaced, NOW);
        if (after.enabled) return;
        const wasDeactivated = !before.enabled && what.switches === 0;
        const isSure = !isReplaced && !what.isUncertain;
        expect(wasDeactivated || (before.enabled && what.switches === 1 && isSure)).toBe(true);
      }),
    );
  });
});

test('an administrator cannot sign in with the old password if it, or their token, was changed', () => {
  const administrator: Administrator = {
    id: 'adm_00000000001',
    account: ACCOUNT,
    email: 'ada@acme.example',
    name: 'Ada',
    language: 'en',
    grants: [{ resource: resourceId(1), allowed: true }],
    role: 'administrator',
    state: 'active',
    passwordHash: 'old',
    recovery: NO_RECOVERY_CODES,
    sessionEpoch: 0,
    createdAt: 0,
    createdBy: { kind: 'operator' },
  };
  const after = (...found: Withdrawal[]) =>
    withdrawAdministrator(frozen(administrator), { ...noWithdrawals(), withdrawals: new Set(found) }, UNKNOWN);
  expect(after('replace-password')).toEqual({ ...administrator, passwordHash: UNKNOWN });
  expect(after('end-sign-in')).toEqual({ ...administrator, passwordHash: UNKNOWN });
  expect(after('clear-grants')).toEqual({ ...administrator, grants: [] });
  const withPasskeys = frozen({ ...administrator, passkeys: [] });
  const dropped = { ...noWithdrawals(), withdrawals: new Set(['drop-passkeys'] as const) };
  expect(withdrawAdministrator(withPasskeys, dropped, UNKNOWN)).toEqual(administrator);
  expect(withdrawAdministrator(withPasskeys, noWithdrawals(), UNKNOWN)).toEqual(withPasskeys);
  expect(after('read-only')).toEqual({ ...administrator, role: 'read-only' });
  expect(after('review')).toEqual(administrator);
});

test('a key that was changed is disabled, and a disabled one stays so', () => {
  const what = { ...noWithdrawals(), withdrawals: new Set(['disable'] as const) };
  expect(withdrawSwitch({ enabled: true }, what)).toEqual({ enabled: false });
  expect(withdrawSwitch({ enabled: false }, noWithdrawals())).toEqual({ enabled: false });
});

describe('events in the order in which they happened', () => {
  const [alice, shop, phone] = [userId(1), resourceId(1), tokenId(1)];
  const pair = { subject: alice, resource: shop, related: [phone] };

  test('an assignment that was made again was not withdrawn', () => {
    const [gone, back] = [event('assignment.deleted', pair), event('assignment.created', pair)];
    expect(of(collected(gone, back), alice).unassigned).toEqual([]);
    expect(of(collected(back, gone), alice).unassigned).toEqual([{ resource: shop, token: phone }]);
    expect(of(collected(gone, gone), alice).unassigned).toHaveLength(1);
    const alone = event('assignment.created', { subject: alice, resource: shop });
    expect(of(collected(gone, alone), alice).unassigned).toHaveLength(1);
  });

  test('the last event about an assignment decides whether it was withdrawn', () => {
    const pairs = fc.record(
      { resource: fc.constantFrom(shop, resourceId(2)), token: fc.constantFrom(phone, tokenId(2)) },
      { requiredKeys: ['resource'] },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ pair: pairs, isRemoved: fc.boolean() }), { minLength: 1 }), (steps) => {
        const last = new Map(steps.map(({ pair: one, isRemoved }) => [`${one.resource} ${one.token}`, isRemoved]));
        const events = steps.map(({ pair: { resource, token }, isRemoved }) =>
          event(isRemoved ? 'assignment.deleted' : 'assignment.created', {
            subject: alice,
            resource,
            ...(token && { related: [token] }),
          }),
        );
        const { unassigned, newPairs } = of(collected(...events), alice);
        const removed = unassigned.map(({ resource, token }) => `${resource} ${token}`);
        expect(removed.sort()).toEqual([...last.keys()].filter((one) => last.get(one)).sort());
        const assigned = steps.flatMap(({ pair: one, isRemoved }) => (isRemoved || !one.token ? [] : [one]));
        expect(newPairs).toEqual(assigned);
      }),
    );
  });

  test('attempts and events without a withdrawal have no effect', () => {
    const refused = event('user.updated', { subject: alice, changed: ['blocked'], outcome: 'refused' });
    expect(collected(refused, event('user.deleted'), event('user.created', { subject: alice })).objects.size).toBe(0);
  });

  test('of several new superusers the last one counts', () => {
    const to = (id: string) => event('superuser.transferred', { subject: id });
    expect(collected(to('adm_1'), to('adm_2'), to('adm_1')).superuser).toBe('adm_1');
  });

  test('an assignment with several tokens names each of them', () => {
    const created = event('assignment.created', { ...pair, related: [phone, tokenId(2)] });
    const onShop = (token: string) => ({ resource: shop, token });
    expect(of(collected(created), alice).newPairs).toEqual([onShop(phone), onShop(tokenId(2))]);
  });

  test('are uncertain for an object if one of them may be older than its copy in the backup', () => {
    const all = collected(event('user.deleted', { subject: alice }));
    addEvent(all, event('token.updated', { subject: phone, changed: ['enabled'] }), true);
    addEvent(all, event('token.updated', { subject: phone, changed: ['owner'] }));
    expect([of(all, phone), of(all, alice)].map(({ isUncertain }) => isUncertain)).toEqual([true, false]);
  });

  test('have gaps only if they report them', () => {
    expect(collected(event('user.deleted', { subject: alice })).hasGaps).toBeUndefined();
    expect(collected(event('events.lost')).hasGaps).toBe(true);
  });

  test('switches of a token are counted', () => {
    const switched = event('token.updated', { subject: phone, changed: ['enabled'] });
    expect(of(collected(switched, switched), phone).switches).toBe(2);
  });
});

// SR-62, SR-69. The attack: the user's new token is lost, and the old one is withdrawn all the same: the password alone
// would sign in.
test('a user lacks a new token unless each is in the backup, assigned as it was, and not withdrawn', () => {
  const states = fc.constantFrom('there', 'not in the backup', 'not assigned', 'owned by another', 'disowned');
  fc.assert(
    fc.property(fc.array(states, { maxLength: 5 }), fc.boolean(), (found, isInBackup) => {
      const tokens = found.map((state, index) =>
        sampleToken({ id: tokenId(index + 1), owner: userId(state === 'owned by another' ? 2 : 1) }),
      );
      const newPairs = tokens.map(({ id }) => ({ resource: resourceId(1), token: id }));
      const assigned = tokens.filter((_, index) => found[index] !== 'not assigned');
      const pairs = assigned.map(({ id }) => ({ token: id, epoch: 0 }));
      const held = sampleUser({ assignments: [{ resource: resourceId(1), alone: false, tokens: pairs }] });
      const objects: AccountWithdrawals['objects'] = new Map(
        tokens.map(({ id }, index) => {
          const taken: Withdrawal[] = found[index] === 'disowned' ? ['disown'] : [];
          return [id, { ...noWithdrawals(), withdrawals: new Set(taken) }];
        }),
      );
      const inBackup = tokens.filter((_, index) => found[index] !== 'not in the backup');
      const lacks = lacksNewToken(isInBackup ? frozen(held) : undefined, newPairs, inBackup, objects);
      expect(lacks).toBe(isInBackup ? found.some((state) => state !== 'there') : found.length > 0);
    }),
  );
});
