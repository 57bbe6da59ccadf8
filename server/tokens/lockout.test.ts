import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen, sampleToken } from '../testing/samples.ts';
import {
  advanceCounter,
  clearResync,
  countFailedResync,
  countWrongAnswer,
  deactivateToken,
  isLockedByAdministrator,
  isLockedByCodesAlone,
  lockRefusal,
  lockToken,
  lowestThreshold,
  resetFailures,
  setEnabled,
  stateOnceEnabled,
  stateRefusal,
  tokenState,
  unlockToken,
} from './lockout.ts';
import type { OathToken } from './token.ts';

const NOW = 1_800_000_000_000;
const LOCK = { reason: 'otp-failures', at: NOW } as const;
const RULES = { threshold: 5, userBlocked: false };

const wrong = (token: OathToken, attempt: string, threshold = 5) =>
  countWrongAnswer(frozen(token), { threshold, attempt, now: NOW });

describe('the state of a token', () => {
  test.each([
    ['active', {}],
    ['active', { expiresAt: NOW + 1 }],
    ['expired', { expiresAt: NOW }],
    ['deactivated', { enabled: false }],
    ['locked', { lock: LOCK }],
    ['out-of-step', { needsResync: true }],
    ['secret-lost', { lock: LOCK, expiresAt: NOW - 1, needsResync: true, secretLost: true }],
    ['deactivated', { secretLost: true, enabled: false }],
    ['locked', { lock: LOCK, expiresAt: NOW - 1, needsResync: true }],
    ['deactivated', { lock: LOCK, enabled: false }],
    ['deactivated', { expiresAt: NOW - 1, enabled: false }],
    ['deactivated', { needsResync: true, enabled: false }],
    ['deactivated', { lock: LOCK, expiresAt: NOW - 1, needsResync: true, enabled: false }],
    ['expired', { expiresAt: Number.NaN }],
  ] as const)('is %s given %j', (state, changes) => {
    expect(tokenState(sampleToken(changes), NOW)).toBe(state);
  });

  test('is deactivated exactly if it is not enabled, and unchanged once enabled again', () => {
    const facts = fc.record({
      lock: fc.constantFrom(undefined, LOCK),
      expiresAt: fc.constantFrom(undefined, NOW - 1, NOW, NOW + 1),
      needsResync: fc.constantFrom(undefined, true as const),
    });
    fc.assert(
      fc.property(facts, ({ lock, expiresAt, needsResync }) => {
        const held = { ...omitUndefined({ lock }), ...(expiresAt && { expiresAt }), ...omitUndefined({ needsResync }) };
        expect(tokenState({ enabled: false, ...held }, NOW)).toBe('deactivated');
        expect(tokenState({ enabled: true, ...held }, NOW)).toBe(stateOnceEnabled({ ...held }, NOW));
      }),
    );
  });
});

test('SR-67: a second resource that accepts a token never raises its limit, whichever is used', () => {
  const limits = fc.array(fc.integer({ min: 3, max: 10 }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 10 }), limits, fc.integer({ min: 3, max: 10 }), (used, others, further) => {
      const limit = lowestThreshold(used, others);
      expect(limit).toBeLessThanOrEqual(used);
      expect([used, ...others]).toContain(limit);
      expect(lowestThreshold(used, [...others, further])).toBeLessThanOrEqual(limit);
      for (const other of others) expect(lowestThreshold(other, [used, ...others])).toBe(limit);
    }),
  );
});

// SR-14, SR-15, SR-16
describe('wrong codes', () => {
  test.each([[3], [5], [10]])('lock the token when they exceed the threshold of %i, not before', (threshold) => {
    let token = sampleToken();
    for (let n = 1; n <= threshold; n++) {
      token = wrong(token, `attempt ${n}`, threshold);
      expect(token).toMatchObject({ failures: n, lastCountedAttempt: `attempt ${n}` });
      expect(token.lock).toBeUndefined();
    }
    expect(wrong(token, 'one more', threshold)).toMatchObject({ failures: threshold + 1, lock: LOCK });
  });

  test('count once per attempt', () => {
    const once = wrong(sampleToken(), 'a');
    expect(wrong(once, 'a')).toEqual(once);
    expect(wrong(once, 'b').failures).toBe(2);
  });

  test('do not change a locked token', () => {
    const locked = sampleToken({ failures: 6, lock: LOCK });
    expect(countWrongAnswer(frozen(locked), { threshold: 5, attempt: 'later', now: NOW + 9 })).toEqual(locked);
  });

  test('counted on a lenient resource lock at once on a stricter one', () => {
    expect(wrong(sampleToken({ failures: 7 }), 'a', 3).lock).toEqual(LOCK);
  });

  test('lock at once under a threshold that is not a number', () => {
    expect(wrong(sampleToken(), 'a', Number.NaN).lock).toEqual(LOCK);
  });
});

describe('an accepted code', () => {
  const accept = (token: OathToken, changes = {}) =>
    resetFailures(advanceCounter(frozen(token), 100), { ...RULES, ...changes });

  test('is used up with every earlier one, and resets the failures', () => {
    expect(accept(sampleToken({ nextCounter: 7, failures: 5 }))).toMatchObject({ nextCounter: 101, failures: 0 });
  });

  test.each([
    ['the failures exceed the limit of this resource', { failures: 4 }, { threshold: 3 }],
    ['the user is blocked', { failures: 4 }, { userBlocked: true }],
    ['the token is locked', { failures: 4, lock: LOCK }, {}],
    ['the threshold is no number', { failures: 4 }, { threshold: Number.NaN }],
  ])('resets nothing if %s, but is used up all the same', (_name, changes, rules) => {
    expect(accept(sampleToken(changes), rules)).toMatchObject({ ...changes, nextCounter: 101 });
  });

  // SR-8. Attack: restore a used code by accepting an older one.
  test.each([[99], [-1], [0.5], [Number.NaN], [Number.MAX_SAFE_INTEGER]])(
    'is an error at counter %d after 99',
    (counter) => {
      const error = new RangeError('the moving factor of a token only grows');
      expect(() => advanceCounter(sampleToken({ nextCounter: 100 }), counter)).toThrow(error);
    },
  );
});

describe('resetting the failures of an assignment’s other tokens', () => {
  test('resets failures within the limit', () => {
    expect(resetFailures(frozen(sampleToken({ failures: 5 })), RULES)).toStrictEqual(sampleToken());
  });

  test('returns the same token if there is no failure, so that nothing is written', () => {
    const token = frozen(sampleToken());
    expect(resetFailures(token, RULES)).toBe(token);
  });

  // SR-14
  test.each([
    [{ failures: 6 }, RULES],
    [{ failures: 2, lock: LOCK }, RULES],
    [{ failures: 2 }, { ...RULES, userBlocked: true }],
  ])('does not change %j under %j', (changes, rules) => {
    const token = sampleToken(changes);
    expect(resetFailures(frozen(token), rules)).toEqual(token);
  });
});

// SR-43
describe('resynchronisations that find nothing', () => {
  const fail = (token: OathToken) => countFailedResync(frozen(token), { threshold: 3, now: NOW });

  test('lock the token when they exceed the threshold, not before, and do not change the count of wrong codes', () => {
    let token = sampleToken({ failures: 2 });
    for (let n = 1; n <= 3; n++) {
      token = fail(token);
      expect(token).toEqual(sampleToken({ failures: 2, resyncFailures: n }));
    }
    expect(fail(token)).toEqual(
      sampleToken({ failures: 2, resyncFailures: 4, lock: { reason: 'resync-failures', at: NOW } }),
    );
  });

  test('do not change a locked token', () => {
    const locked = sampleToken({ resyncFailures: 1, lock: LOCK });
    expect(fail(locked)).toEqual(locked);
  });
});

describe('locks by hand', () => {
  test('unlocking lifts the lock, resets the failures, ends the trust in browsers and changes nothing else', () => {
    const token = sampleToken({
      failures: 6,
      resyncFailures: 2,
      lock: LOCK,
      nextCounter: 42,
      lastCountedAttempt: 'a',
    });
    const unlocked = unlockToken(frozen(token));
    expect(unlocked).toEqual(sampleToken({ nextCounter: 42, lastCountedAttempt: 'a', trustEpoch: 1 }));
    expect('lock' in unlocked).toBe(false);
  });

  test('locking keeps the failures, and an earlier lock by an administrator its time', () => {
    const token = lockToken(frozen(sampleToken({ failures: 2 })), NOW);
    expect(token).toMatchObject({ failures: 2, lock: { reason: 'administrator', at: NOW } });
    expect(lockToken(frozen(token), NOW + 1)).toEqual(token);
  });

  test('SR-15: an administrator who locks a token that wrong codes have locked shuts it for recovery codes too', () => {
    const locked = sampleToken({ failures: 6, lock: { reason: 'otp-failures', at: NOW } });
    const lock = { reason: 'administrator', at: NOW + 1 };
    expect(lockToken(frozen(locked), NOW + 1)).toEqual({ ...locked, lock });
  });
});

// SR-2, SR-14, SR-15: any order of guesses, lucky hits, other tokens' successes and administrators' acts.
describe('over random histories', () => {
  type Act = {
    kind: 'guess' | 'repeat' | 'hit' | 'other' | 'unlock' | 'deactivate';
    threshold: number;
    blocked: boolean;
  };
  const act: fc.Arbitrary<Act> = fc.record({
    kind: fc.constantFrom('guess', 'guess', 'guess', 'repeat', 'hit', 'other', 'unlock', 'deactivate'),
    threshold: fc.integer({ min: 3, max: 10 }),
    blocked: fc.boolean(),
  });

  test('no guess is evaluated on a locked token, and only an explicit act unlocks', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        let token = sampleToken();
        let evaluatedInARow = 0;
        for (const [n, { kind, threshold, blocked }] of acts.entries()) {
          const before = token;
          const rules = { threshold, userBlocked: blocked };
          const active = tokenState(token, NOW) === 'active';
          if (kind === 'unlock') {
            token = { ...unlockToken(token), enabled: true };
            evaluatedInARow = 0;
          } else if (kind === 'deactivate') {
            token = { ...token, enabled: !token.enabled };
          } else if (kind === 'other') {
            token = resetFailures(token, rules);
            if (token !== before) evaluatedInARow = 0;
          } else if (active && kind === 'hit') {
            token = resetFailures(advanceCounter(token, token.nextCounter), rules);
            if (token.failures === 0) evaluatedInARow = 0;
          } else if (active) {
            const attempt = kind === 'repeat' ? (token.lastCountedAttempt ?? 'first') : `attempt ${n}`;
            if (attempt !== token.lastCountedAttempt) evaluatedInARow++;
            token = countWrongAnswer(token, { threshold, attempt, now: NOW });
          }
          // The most lenient resource has a threshold of 10, so the eleventh locks on any resource.
          expect(evaluatedInARow).toBeLessThanOrEqual(11);
          expect(token.nextCounter).toBeGreaterThanOrEqual(before.nextCounter);
          if (before.lock && kind !== 'unlock') expect(token.lock).toEqual(before.lock);
          if (token.failures < before.failures && kind !== 'unlock') {
            expect(before.failures).toBeLessThanOrEqual(threshold);
            expect(blocked).toBe(false);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

const BY_ADMINISTRATOR = { reason: 'administrator', at: NOW } as const;
const LOCKS = [LOCK, { reason: 'resync-failures', at: NOW }, BY_ADMINISTRATOR] as const;

describe('who has locked a token', () => {
  test.each([
    ['TOKEN_LOCKED', [LOCK, LOCK]],
    ['TOKEN_LOCKED_BY_ADMINISTRATOR', [LOCK, BY_ADMINISTRATOR]],
    ['TOKEN_LOCKED_BY_ADMINISTRATOR', [BY_ADMINISTRATOR]],
    ['TOKEN_LOCKED', []],
  ] as const)('is told as %s', (code, locks) => {
    expect(lockRefusal(locks.map((lock) => sampleToken({ lock })))).toBe(code);
  });

  test.each(LOCKS)('is an administrator only for that reason: %j', (lock) => {
    expect(isLockedByAdministrator(sampleToken({ lock }))).toBe(lock === BY_ADMINISTRATOR);
    expect(isLockedByAdministrator(sampleToken())).toBe(false);
  });

  // SR-15. The attack: wrong codes lock a token that an administrator has taken out of use in another way.
  test.each<[boolean, Partial<OathToken>]>([
    [true, { lock: LOCK }],
    [true, { lock: { reason: 'resync-failures', at: NOW } }],
    [false, { lock: BY_ADMINISTRATOR }],
    [false, {}],
    [false, { lock: LOCK, enabled: false }],
    [false, { lock: LOCK, expiresAt: NOW }],
    [false, { lock: LOCK, needsResync: true }],
    [false, { lock: LOCK, secretLost: true }],
  ])('SR-15: locked by codes alone is %s of %j', (isAlone, changes) => {
    expect(isLockedByCodesAlone(sampleToken(changes), NOW)).toBe(isAlone);
  });

  test.each([
    ['out-of-step', LOCK, 'TOKEN_OUT_OF_STEP'],
    ['locked', LOCK, 'TOKEN_LOCKED'],
    ['locked', BY_ADMINISTRATOR, 'TOKEN_LOCKED_BY_ADMINISTRATOR'],
    ['expired', LOCK, 'ACCESS_DENIED'],
    ['deactivated', BY_ADMINISTRATOR, 'ACCESS_DENIED'],
  ] as const)('a token that is %s with %j is refused as %s', (state, lock, code) => {
    expect(stateRefusal(state, sampleToken({ lock }))).toBe(code);
  });
});

describe('a deactivation', () => {
  const WEEK_MS = 604_800_000;
  const deactivation = { at: NOW, permitsUntil: NOW + WEEK_MS };

  test('SR-69: permits a replacement for a week, and a repeated one does not prolong it', () => {
    const token = frozen(sampleToken());
    const off = setEnabled(token, false, NOW);
    expect(off).toEqual({ ...token, enabled: false, deactivation });
    expect(setEnabled(off, false, NOW + 1)).toBe(off);
    expect(setEnabled(off, true, NOW + 1)).toEqual({ ...off, enabled: true });
    expect(setEnabled(token, true, NOW)).toBe(token);
  });

  test('SR-69: of a lost device permits one again, and none where a link leads to the new token', () => {
    const off = frozen({ ...sampleToken(), enabled: false, deactivation: { at: 1 } });
    expect(deactivateToken(off, true, NOW)).toEqual({ ...off, deactivation });
    expect(deactivateToken(off, false, NOW)).toEqual({ ...off, deactivation: { at: NOW } });
  });
});

test('a resynchronisation clears its flag and its failures, and ends trust', () => {
  const { trustEpoch = 0, ...token } = sampleToken();
  const cleared = clearResync(frozen({ ...token, needsResync: true, resyncFailures: 2 }));
  expect(cleared).toEqual({ ...token, trustEpoch: trustEpoch + 1 });
});
