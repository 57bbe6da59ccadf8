import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountId, frozen, resourceId, sampleToken, sampleUser, tokenId, userId } from '../testing/samples.ts';
import {
  assignmentTo,
  assignWithoutToken,
  assignWithToken,
  isAssigned,
  isWithinBounds,
  soleResource,
  unassignAll,
  unassignToken,
  unassignWithoutToken,
} from '../users/assignments.ts';
import type { User } from '../users/user.ts';
import { assignDirect, assignedTokens, changeOwner, resourcesOpenedBy, unassignDirect } from './assignments.ts';
import type { Token } from './token.ts';

const SHOP = resourceId(1);
const BANK = resourceId(2);
const ALICE = userId(1);
const BOB = userId(2);

const phone = sampleToken({ owner: ALICE });
const fob = sampleToken({ id: tokenId(2), owner: ALICE });

/** The tokens with which the user can sign in at the resource, and whether they can at all. */
function access(user: User, ...tokens: Token[]) {
  const assignment = assignmentTo(user, SHOP);
  const known = new Map(tokens.map((token) => [token.id, token]));
  const pairs = assignment ? assignedTokens(frozen(assignment), known, user.id) : [];
  return { assigned: isAssigned(assignment, pairs), with: pairs.map(({ id }) => id) };
}

function assignedWith(...tokens: Token[]): User {
  return tokens.reduce((user, token) => assignWithToken(frozen(user), SHOP, token) ?? user, sampleUser());
}

test('the resource that a user signs in to is known if it is only one', () => {
  const shop = assignWithoutToken(sampleUser(), SHOP);
  expect(soleResource(sampleUser())).toBeUndefined();
  expect(soleResource(shop)).toBe(SHOP);
  expect(soleResource(assignWithoutToken(shop, BANK))).toBeUndefined();
});

// SR-73. The attack: a lost fob is taken away, and a browser that was trusted with it goes on beside the phone.
test('SR-73: a token that is taken away ends the trust in browsers, also if another one is left', () => {
  const both = assignedWith(phone, fob);
  expect(unassignToken(both, SHOP, fob.id).trustEpoch).toBe((both.trustEpoch ?? 0) + 1);
  expect(unassignToken(both, SHOP, tokenId(9)).trustEpoch).toBe(both.trustEpoch);
});

describe('assigning a user', () => {
  test('alone', () => {
    const user = assignWithoutToken(frozen(sampleUser()), SHOP);
    expect(access(user, phone)).toEqual({ assigned: true, with: [] });
    expect(assignmentTo(user, BANK)).toBeUndefined();
  });

  test('with a token, which includes being assigned', () => {
    expect(access(assignedWith(phone), phone)).toEqual({ assigned: true, with: [phone.id] });
    expect(access(assignedWith(phone, fob), phone, fob)).toEqual({ assigned: true, with: [phone.id, fob.id] });
  });

  test('alone, and owning a token that is assigned directly, is not the same as assigned with it', () => {
    const direct = assignDirect(phone, SHOP);
    expect(access(assignWithoutToken(sampleUser(), SHOP), direct)).toEqual({ assigned: true, with: [] });
  });

  test('twice is the same as once', () => {
    expect(assignedWith(phone, phone)).toEqual(assignedWith(phone));
    expect(assignWithoutToken(assignWithoutToken(sampleUser(), SHOP), SHOP)).toEqual(
      assignWithoutToken(sampleUser(), SHOP),
    );
  });

  test.each([
    ["someone else's token", { owner: BOB }],
    ['a token of another account', { account: accountId(2) }],
  ])('with %s is refused', (_name, changes) => {
    expect(assignWithToken(frozen(sampleUser()), SHOP, sampleToken({ owner: ALICE, ...changes }))).toBeUndefined();
  });

  test('with the token of no user is refused', () => {
    expect(assignWithToken(sampleUser(), SHOP, sampleToken())).toBeUndefined();
  });
});

test('limits assignments, and the tokens of each', () => {
  const alone = { resource: SHOP, alone: true, tokens: [] };
  const withTokens = (count: number) => ({ ...alone, tokens: Array(count).fill({ token: phone.id, epoch: 0 }) });
  expect(isWithinBounds({ assignments: [] })).toBe(true);
  expect(isWithinBounds({ assignments: Array(1000).fill(withTokens(50)) })).toBe(true);
  expect(isWithinBounds({ assignments: Array(1001).fill(alone) })).toBe(false);
  expect(isWithinBounds({ assignments: [alone, withTokens(51)] })).toBe(false);
});

test('to a further resource leaves the others unchanged', () => {
  const both = assignWithoutToken(frozen(assignWithoutToken(sampleUser(), BANK)), SHOP);
  expect(both.assignments.map(({ resource }) => resource)).toEqual([BANK, SHOP]);
  expect(unassignWithoutToken(frozen(both), BANK).assignments).toEqual([{ resource: SHOP, alone: true, tokens: [] }]);
  const direct = assignDirect(phone, SHOP);
  expect(assignDirect(frozen(direct), SHOP)).toBe(direct);
});

describe('unassigning', () => {
  test('one way leaves the other', () => {
    const both = assignWithoutToken(assignedWith(phone), SHOP);
    expect(access(unassignWithoutToken(frozen(both), SHOP), phone)).toEqual({ assigned: true, with: [phone.id] });
    expect(access(unassignToken(frozen(both), SHOP, phone.id), phone)).toEqual({ assigned: true, with: [] });
  });

  test('the last way leaves no assignment behind', () => {
    const after = sampleUser({ hadToken: true, trustEpoch: 1 });
    expect(unassignToken(assignedWith(phone), SHOP, phone.id)).toEqual(after);
    expect(unassignAll(assignWithoutToken(assignedWith(phone), SHOP), SHOP)).toEqual(after);
    expect(unassignWithoutToken(assignWithoutToken(sampleUser(), SHOP), SHOP)).toEqual(sampleUser());
  });

  test('an assignment that never existed changes nothing', () => {
    expect(unassignWithoutToken(frozen(sampleUser()), SHOP)).toEqual(sampleUser());
    expect(unassignToken(frozen(assignedWith(phone)), BANK, phone.id)).toEqual(assignedWith(phone));
    expect(unassignToken(frozen(assignedWith(phone)), SHOP, fob.id)).toEqual(assignedWith(phone));
  });
});

// SR-69
test('a user who was assigned with a token stays marked, whatever happens to the assignments', () => {
  type Step = (user: User) => User;
  const steps = fc.constantFrom<Step>(
    (user) => assignWithoutToken(user, SHOP),
    (user) => unassignWithoutToken(user, SHOP),
    (user) => unassignToken(user, SHOP, phone.id),
    (user) => unassignToken(user, BANK, phone.id),
    (user) => unassignAll(user, SHOP),
  );
  const apply = (user: User, all: Step[]) => all.reduce((now, step) => step(frozen(now)), user);
  fc.assert(
    fc.property(fc.array(steps), (all) => {
      expect(apply(sampleUser(), all).hadToken).toBeUndefined();
      expect(apply(assignedWith(phone), all).hadToken).toBe(true);
      const left = apply(assignedWith(phone), [...all, (user) => unassignAll(user, SHOP)]);
      expect(left).toMatchObject({ assignments: [], hadToken: true });
    }),
  );
});

describe('a token that changes hands', () => {
  // The attack: get an old access back by giving the token away and taking it back.
  test('does not bring the old assignment back with it', () => {
    const user = assignedWith(phone);
    const lent = changeOwner(frozen(phone), BOB);
    const returned = changeOwner(frozen(lent), ALICE);
    expect(access(user, lent)).toEqual({ assigned: false, with: [] });
    expect(access(user, returned)).toEqual({ assigned: false, with: [] });

    const again = assignWithToken(user, SHOP, returned);
    expect(again && access(again, returned)).toEqual({ assigned: true, with: [phone.id] });
    expect(again && assignmentTo(again, SHOP)?.tokens).toHaveLength(1);
  });

  test('leaves the other pairs and the assignment alone unchanged', () => {
    const user = assignWithoutToken(assignedWith(phone, fob), SHOP);
    expect(access(user, changeOwner(phone, undefined), fob)).toEqual({ assigned: true, with: [fob.id] });
    expect(access(unassignToken(user, SHOP, fob.id), changeOwner(phone, BOB))).toEqual({ assigned: true, with: [] });
  });

  test('given to its owner stays unchanged', () => {
    expect(changeOwner(frozen(phone), ALICE)).toEqual(phone);
    expect(changeOwner(frozen(sampleToken()), undefined)).toEqual(sampleToken());
  });

  test('is not the former owner’s, even with an unchanged epoch', () => {
    expect(access(assignedWith(phone), { ...phone, owner: BOB })).toEqual({ assigned: false, with: [] });
  });

  test('keeps its lock and failures', () => {
    const locked = { ...phone, failures: 6, lock: { reason: 'otp-failures', at: 1 } as const };
    expect(changeOwner(frozen(locked), BOB)).toEqual({ ...locked, owner: BOB, epoch: 1 });
    expect('owner' in changeOwner(locked, undefined)).toBe(false);
  });

  test('a deleted token voids its pairs', () => {
    expect(access(assignedWith(phone))).toEqual({ assigned: false, with: [] });
  });

  test('over any history, a pair is valid exactly while the ownership it was made in lasts', () => {
    const acts = fc.array(fc.constantFrom('give alice', 'give bob', 'take', 'assign', 'unassign'), { maxLength: 40 });
    fc.assert(
      fc.property(acts, (history) => {
        let user = sampleUser();
        let token = sampleToken();
        let stands = false;
        for (const act of history) {
          const before = token;
          if (act === 'give alice') token = changeOwner(token, ALICE);
          if (act === 'give bob') token = changeOwner(token, BOB);
          if (act === 'take') token = changeOwner(token, undefined);
          if (act === 'unassign') user = unassignToken(user, SHOP, token.id);
          if (act === 'assign') user = assignWithToken(user, SHOP, token) ?? user;
          if (token.owner !== before.owner || act === 'unassign') stands = false;
          if (act === 'assign' && token.owner === ALICE) stands = true;
          expect(access(user, token).assigned).toBe(stands);
          expect(token.epoch).toBe(before.epoch + (token.owner === before.owner ? 0 : 1));
        }
      }),
    );
  });
});

test('a token assigned directly is assigned once, per resource', () => {
  const direct = assignDirect(assignDirect(assignDirect(frozen(phone), SHOP), SHOP), BANK);
  expect(direct.directResources).toEqual([SHOP, BANK]);
  expect(unassignDirect(frozen(direct), SHOP).directResources).toEqual([BANK]);
  expect(unassignDirect(frozen(phone), SHOP)).toEqual(phone);
});

describe('the resources that accept a token', () => {
  test('are those of its owner’s pairs and its own, each once', () => {
    const direct = assignDirect(assignDirect(phone, BANK), SHOP);
    expect(resourcesOpenedBy(direct, assignedWith(phone))).toEqual([SHOP, BANK]);
    expect(resourcesOpenedBy(fob, assignedWith(phone))).toEqual([]);
    expect(resourcesOpenedBy(direct, undefined)).toEqual([BANK, SHOP]);
  });

  test('are not those of a former owner, nor of a former ownership', () => {
    expect(resourcesOpenedBy(changeOwner(phone, BOB), assignedWith(phone))).toEqual([]);
    expect(resourcesOpenedBy(changeOwner(changeOwner(phone, BOB), ALICE), assignedWith(phone))).toEqual([]);
  });
});
