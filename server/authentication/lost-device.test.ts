import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceId, TokenId } from '../kernel/ids.ts';
import { resourceId, sampleToken, sampleUser } from '../testing/samples.ts';
import { REPLACEMENT_TTL_MS, setEnabled } from '../tokens/lockout.ts';
import type { RecoveryToken, Token } from '../tokens/token.ts';
import {
  decideReplacement,
  passwordAloneSince,
  type RecoveryState,
  type ReplacementFacts,
  recoveryStateOf,
  replacementPermittedUntil,
} from './lost-device.ts';

const facts: fc.Arbitrary<ReplacementFacts> = fc.record({
  isPermitted: fc.boolean(),
  recovery: fc.constantFrom<RecoveryState>('none', 'usable', 'locked', 'unusable'),
  isRecoveryShown: fc.boolean(),
  isMailboxAlone: fc.boolean(),
});

// SR-69
test('nothing is enrolled without the permission of an administrator', () => {
  fc.assert(fc.property(facts, (given) => decideReplacement({ ...given, isPermitted: false }) === 'refuse'));
});

// SR-69. The attack: a thief has the password, and the user has recovery codes in any state.
test('recovery codes that the user has are never left out', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const decision = decideReplacement({ ...given, isRecoveryShown: false });
      return given.recovery === 'none' || decision !== 'enrol';
    }),
  );
});

// SR-69
test('a mailbox alone enrols nothing', () => {
  fc.assert(
    fc.property(facts, (given) => {
      return decideReplacement({ ...given, isMailboxAlone: true, isRecoveryShown: false }) !== 'enrol';
    }),
  );
});

test.each<[Partial<ReplacementFacts>, string]>([
  [{}, 'enrol'],
  [{ recovery: 'usable' }, 'ask-recovery'],
  [{ recovery: 'usable', isRecoveryShown: true, isMailboxAlone: true }, 'enrol'],
  [{ recovery: 'locked' }, 'locked'],
  [{ recovery: 'unusable' }, 'refuse'],
])('with the permission and %j the decision is %s', (given, decision) => {
  const known = { isPermitted: true, recovery: 'none', isRecoveryShown: false, isMailboxAlone: false } as const;
  expect(decideReplacement({ ...known, ...given })).toBe(decision);
});

const RESOURCE: ResourceId = resourceId(1);
const user = sampleUser();
const AT = 1_000_000;
const active = sampleToken({ owner: user.id });
const deactivated = setEnabled(active, false, AT);
const pairOf = ({ id: token, epoch }: Token) => ({ token, epoch });
const ownerOf = (...tokens: Token[]) => ({
  ...user,
  assignments: [{ resource: RESOURCE, alone: false, tokens: tokens.map(pairOf) }],
});
const UNTIL = AT + REPLACEMENT_TTL_MS;

test('a deactivation permits a replacement for a week, and no instant beyond it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 * REPLACEMENT_TTL_MS }), (now) => {
      const until = replacementPermittedUntil(ownerOf(deactivated), RESOURCE, [deactivated], now);
      return (until !== undefined) === (now >= AT && now < UNTIL);
    }),
  );
  expect(replacementPermittedUntil(ownerOf(deactivated), RESOURCE, [deactivated], AT)).toBe(UNTIL);
});

test('permits nothing once it was used or taken back, for a token of another resource, or beside an active one', () => {
  const permitted = (owner: Parameters<typeof replacementPermittedUntil>[0], owned: Token[]) =>
    replacementPermittedUntil(owner, RESOURCE, owned, AT + 1);
  const other = sampleToken({ owner: user.id, id: 'tok_0000000000z' as TokenId });
  for (const ended of [AT, AT + 1]) {
    expect(permitted({ ...ownerOf(deactivated), replacementsEndedAt: ended }, [deactivated])).toBeUndefined();
  }
  expect(permitted({ ...ownerOf(deactivated), replacementsEndedAt: AT - 1 }, [deactivated])).toBe(UNTIL);
  expect(permitted({ ...user, assignments: [] }, [deactivated])).toBeUndefined();
  expect(permitted(ownerOf(deactivated), [{ ...deactivated, epoch: deactivated.epoch + 1 }])).toBeUndefined();
  expect(permitted(ownerOf(deactivated, other), [deactivated, other])).toBeUndefined();
  expect(permitted(ownerOf(deactivated), [setEnabled(deactivated, true, AT)])).toBeUndefined();
  expect(permitted(ownerOf(deactivated), [{ ...deactivated, deactivation: { at: AT } }])).toBeUndefined();
});

test('recovery codes that are used up or deactivated are none; all others count', () => {
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = active;
  const codes: RecoveryToken = { ...record, factor: { kind: 'recovery', macs: ['x'] } };
  const stateOf = (set: RecoveryToken, assigned: readonly Token[] = [set], resource = {}) =>
    recoveryStateOf(assigned, [set, deactivated], resource, AT);
  expect(stateOf({ ...codes, factor: { kind: 'recovery', macs: [] } })).toBe('none');
  expect(stateOf({ ...codes, enabled: false })).toBe('none');
  expect(stateOf(codes)).toBe('usable');
  expect(stateOf({ ...codes, lock: { reason: 'otp-failures', at: 0 } })).toBe('locked');
  expect(stateOf({ ...codes, expiresAt: AT })).toBe('unusable');
  expect(stateOf(codes, [])).toBe('unusable');
  expect(stateOf(codes, [codes], { tokenKinds: ['totp'] })).toBe('unusable');
});

test('the password alone signs in since the last token was deactivated, whatever became of recovery codes', () => {
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = active;
  const codes: RecoveryToken = {
    ...record,
    factor: { kind: 'recovery', macs: ['x'] },
    enabled: false,
    deactivation: { at: AT + 9 },
  };
  const { deactivation: _when, ...unrecorded } = deactivated;
  const later = setEnabled(active, false, AT + 5);
  expect(passwordAloneSince([deactivated, later, codes])).toBe(AT + 5);
  expect(passwordAloneSince([unrecorded, deactivated])).toBe(AT);
  expect(passwordAloneSince([unrecorded, codes])).toBeUndefined();
  expect(passwordAloneSince([])).toBeUndefined();
});

test('the latest of the permissions counts, and active recovery codes end none', () => {
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = active;
  const codes: RecoveryToken = {
    ...record,
    id: 'tok_0000000000y' as TokenId,
    factor: { kind: 'recovery', macs: ['x'] },
  };
  const later = setEnabled(sampleToken({ owner: user.id, id: 'tok_0000000000z' as TokenId }), false, AT + 5);
  const until = replacementPermittedUntil(
    ownerOf(deactivated, later, codes),
    RESOURCE,
    [deactivated, later, codes],
    AT + 6,
  );
  expect(until).toBe(UNTIL + 5);
  expect(replacementPermittedUntil(ownerOf(deactivated), RESOURCE, [deactivated], UNTIL)).toBeUndefined();
});

// SR-69. The attack: a set of codes that is locked or elsewhere is passed over for one that is not there.
test('of several sets of recovery codes only those of the resource are looked at', () => {
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = active;
  const codes: RecoveryToken = { ...record, factor: { kind: 'recovery', macs: ['x'] } };
  const elsewhere: RecoveryToken = { ...codes, id: 'tok_0000000000y' as TokenId };
  const locked: RecoveryToken = { ...codes, lock: { reason: 'otp-failures', at: 0 } };
  expect(recoveryStateOf([locked], [elsewhere, locked], {}, AT)).toBe('locked');
  expect(recoveryStateOf([active], [active], {}, AT)).toBe('none');
});

test.each([
  [{ isMailboxAlone: true }, 'refuse'],
  [{ isPermitted: false }, 'refuse'],
])('without codes, a sign-in with %j is refused', (given, decision) => {
  const known = { isPermitted: true, recovery: 'none', isRecoveryShown: false, isMailboxAlone: false } as const;
  expect(decideReplacement({ ...known, ...given })).toBe(decision);
});
