import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleToken, tokenId, totp } from '../testing/samples.ts';
import type { FactorCheck } from '../tokens/factor-check.ts';
import { isRecovery, type OathToken, type RecoveryToken, type Token } from '../tokens/token.ts';
import { isUsable } from '../tokens/usable-tokens.ts';
import {
  candidateTokens,
  decideSecondFactor,
  needForSecondFactor,
  type SecondFactorRules,
  type VerifiedCandidate,
} from './decide-second-factor.ts';
import type { LimitedToken } from './read-limited-tokens.ts';

const NOW = 1_000_000;
const RULES: SecondFactorRules = {
  method: 'password-otp',
  answer: { kind: 'code', otp: '123456' },
  accepts: ['totp', 'hotp'],
  userBlocked: false,
  attempt: 'this attempt',
};

const ids = [...'0123456789'].map((digit) => tokenId(Number(digit) + 1));
const limited = (at: number, changes: Partial<OathToken> = {}, threshold = 5): LimitedToken => ({
  value: { ...sampleToken(), id: ids[at] ?? tokenId(99), ...changes },
  version: 1,
  threshold,
});

const anyToken = fc.record({
  failures: fc.nat(12),
  threshold: fc.integer({ min: 3, max: 10 }),
  enabled: fc.boolean(),
  isLocked: fc.boolean(),
  isExpired: fc.boolean(),
  wasCounted: fc.boolean(),
});
const anyTokens = fc.array(anyToken, { maxLength: 6 }).map((drafts) =>
  drafts.map(({ failures, threshold, enabled, isLocked, isExpired, wasCounted }, at) =>
    limited(
      at,
      {
        failures,
        enabled,
        ...(isLocked && { lock: { reason: 'otp-failures', at: 0 } as const }),
        ...(isExpired && { expiresAt: NOW }),
        ...(wasCounted && { lastCountedAttempt: RULES.attempt }),
      },
      threshold,
    ),
  ),
);
type Kind = FactorCheck['verdict'];
const KINDS: readonly Kind[] = ['accepted', 'wrong', 'replayed', 'not-asked'];

/** Each candidate with a verdict of one of these kinds. */
function verify(candidates: readonly LimitedToken[], kinds: readonly Kind[]): VerifiedCandidate[] {
  return candidates.map((stored, at) => {
    const kind = kinds[at % kinds.length] ?? 'wrong';
    const verdict: FactorCheck =
      kind === 'accepted' ? { verdict: kind, next: { ...stored.value, nextCounter: 7 } } : { verdict: kind };
    return { stored, scope: 'flow', verdict };
  });
}

const anyAttempt = fc
  .tuple(anyTokens, fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 6 }))
  .map(([tokens, kinds]) => ({ tokens, verified: verify(candidateTokens(tokens, RULES, NOW), kinds) }));

const has = (verified: readonly VerifiedCandidate[], kind: Kind) =>
  verified.some(({ verdict }) => verdict.verdict === kind);

describe('whether a code is verified at all', () => {
  test('a right password is enough if every token is deactivated', () => {
    const tokens = [
      limited(0, { enabled: false }),
      limited(1, { enabled: false, lock: { reason: 'administrator', at: 0 } }),
    ];
    expect(needForSecondFactor(tokens, RULES, NOW)).toEqual({ kind: 'skip' });
  });

  test('one active token requires its code', () => {
    const tokens = [limited(0, { enabled: false }), limited(1)];
    expect(needForSecondFactor(tokens, RULES, NOW)).toEqual({ kind: 'verify' });
  });

  test('a locked token without an active one denies, names the tokens and does the work of a check', () => {
    const tokens = [limited(0, { lock: { reason: 'otp-failures', at: 0 } }), limited(1, { enabled: false })];
    expect(needForSecondFactor(tokens, RULES, NOW)).toEqual({
      kind: 'refuse',
      code: 'TOKEN_LOCKED',
      tokens: [ids[0], ids[1]],
      needsDecoyCheck: true,
    });
  });

  test('a token that is excluded from the API is no candidate there', () => {
    const tokens = [limited(0, { apiSupport: false }), limited(1)];
    expect(candidateTokens(tokens, { ...RULES, way: 'api' }, NOW)).toEqual([tokens[1]]);
    expect(candidateTokens(tokens, RULES, NOW)).toEqual(tokens);
  });

  test('a code for one token is verified on no other', () => {
    const tokens = [limited(0), limited(1)];
    const answer = { kind: 'code', otp: '123456', token: ids[1] } as const;
    expect(candidateTokens(tokens, { ...RULES, answer }, NOW)).toEqual([tokens[1]]);
  });
});

/** What an administrator, wrong codes or time have done to a token. */
const anyState = fc.record({
  enabled: fc.boolean(),
  lock: fc.constantFrom(
    undefined,
    { reason: 'otp-failures', at: 0 } as const,
    { reason: 'resync-failures', at: 0 } as const,
    { reason: 'administrator', at: 0 } as const,
  ),
  expiresAt: fc.constantFrom(undefined, NOW),
  needsResync: fc.constantFrom(undefined, true as const),
  secretLost: fc.constantFrom(undefined, true as const),
  factor: fc.constantFrom(totp(), { kind: 'hotp' } as const),
});
type AnyState = typeof anyState extends fc.Arbitrary<infer State> ? State : never;
const withRecovery = (states: readonly AnyState[], set: AnyState): LimitedToken[] => {
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = sampleToken();
  const { lock, enabled, expiresAt } = set;
  const codes: Token = { ...record, id: tokenId(50), ...omitUndefined({ lock, expiresAt }), enabled, factor: CODES };
  const drawn = states.map(({ factor, ...state }, at) => limited(at, { ...omitUndefined(state), factor }));
  return [...drawn, { value: codes, version: 1, threshold: 5 }];
};
const CODES: RecoveryToken['factor'] = { kind: 'recovery', macs: ['x'] };
const unlockedByCodes = ({ value, ...stored }: LimitedToken): LimitedToken => {
  const { lock, ...unlocked } = value;
  return isRecovery(value) || lock === undefined || lock.reason === 'administrator'
    ? { ...stored, value }
    : { ...stored, value: unlocked as Token };
};

// SR-2, SR-15. The attack: a thief with the password locks the authenticator, to be asked for something else.
describe('a recovery code beside locked tokens', () => {
  const rules: SecondFactorRules = {
    ...RULES,
    accepts: ['totp', 'recovery'],
    answer: { kind: 'recovery', code: 'abcd-efgh' },
  };
  const isVerified = (tokens: readonly LimitedToken[], asked = rules) =>
    needForSecondFactor(tokens, asked, NOW).kind === 'verify' && candidateTokens(tokens, asked, NOW).length > 0;

  test('SR-15: wrong codes open no way that was shut before, and shut none that an administrator has not shut', () => {
    fc.assert(
      fc.property(
        fc.array(anyState, { maxLength: 3 }),
        anyState,
        fc.constantFrom('otp' as const, 'password-otp' as const),
        (states, set, method) => {
          const tokens = withRecovery(states, set);
          const asked = { ...rules, method };
          const isShut = tokens.some(
            ({ value }) => !isRecovery(value) && value.enabled && value.lock?.reason === 'administrator',
          );
          const hasActive = tokens.some(({ value }) => !isRecovery(value) && isUsable(value, asked.accepts, NOW));
          const before = isVerified(tokens.map(unlockedByCodes), asked);
          expect(isVerified(tokens, asked)).toBe(before && (hasActive || !isShut));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('SR-15: a code of an app is verified on no token, and the password alone is never enough', () => {
    fc.assert(
      fc.property(fc.array(anyState, { minLength: 1, maxLength: 3 }), anyState, (states, set) => {
        const tokens = withRecovery(states, set);
        const asked = { ...rules, answer: RULES.answer };
        const isLocked = tokens.some(({ value }) => !isRecovery(value) && value.enabled && value.lock);
        fc.pre(isLocked && !tokens.some(({ value }) => !isRecovery(value) && isUsable(value, asked.accepts, NOW)));
        expect(needForSecondFactor(tokens, asked, NOW)).toMatchObject({ kind: 'refuse', needsDecoyCheck: true });
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['by wrong codes', { reason: 'otp-failures', at: 0 }, 'verify', undefined],
    ['by a failed resynchronisation', { reason: 'resync-failures', at: 0 }, 'verify', undefined],
    ['by an administrator', { reason: 'administrator', at: 0 }, 'refuse', 'TOKEN_LOCKED_BY_ADMINISTRATOR'],
  ] as const)('locked %s', (_, lock, kind, code) => {
    const good = {
      enabled: true,
      lock: undefined,
      expiresAt: undefined,
      needsResync: undefined,
      secretLost: undefined,
    };
    const locked = { ...good, lock, factor: totp() };
    const tokens = withRecovery([locked], { ...good, factor: totp() });
    expect(needForSecondFactor(tokens, rules, NOW)).toMatchObject({ kind, ...omitUndefined({ code }) });
    const byApp = needForSecondFactor(tokens, { ...rules, answer: RULES.answer }, NOW);
    expect(byApp).toMatchObject({ kind: 'refuse', code: code ?? 'TOKEN_LOCKED' });
  });
});

// SR-69. A recovery code that is dropped like a code would let the password alone replace the token.
test.each([
  ['a recovery code, where a token is replaced', true, 'recovery', 'verify'],
  ['a recovery code, where the password is enough', false, 'recovery', 'skip'],
  ['a code, where a token is replaced', true, 'code', 'skip'],
] as const)('where all tokens are deactivated: %s', (_, replacesTokens, kind, need) => {
  const answer = kind === 'code' ? RULES.answer : ({ kind, code: 'abcd-efgh' } as const);
  const rules: SecondFactorRules = { ...RULES, accepts: ['totp', 'recovery'], answer, replacesTokens };
  expect(needForSecondFactor([limited(0, { enabled: false })], rules, NOW)).toEqual({ kind: need });
});

test('a recovery code is not asked for where the password alone signs in, though tokens may be replaced', () => {
  const tokens = [limited(0, { enabled: false }), limited(1)];
  const rules: SecondFactorRules = { ...RULES, method: 'password', replacesTokens: true };
  expect(needForSecondFactor(tokens, { ...rules, answer: { kind: 'recovery', code: 'abcd-efgh' } }, NOW)).toEqual({
    kind: 'skip',
  });
});

describe('the decision about an answer', () => {
  test('SR-1: a replayed code is refused and changes nothing, even if another token accepts it', () => {
    fc.assert(
      fc.property(anyAttempt, ({ tokens, verified }) => {
        fc.pre(has(verified, 'replayed'));
        expect(decideSecondFactor(verified, tokens, RULES, NOW)).toEqual({
          kind: 'refuse',
          code: 'OTP_REPLAYED',
          tokens: verified.map(({ stored }) => stored.value.id),
          needsDecoyCheck: false,
        });
      }),
    );
  });

  test('an accepted code uses up its token alone and resets the failures of the others', () => {
    fc.assert(
      fc.property(anyAttempt, ({ tokens, verified }) => {
        fc.pre(has(verified, 'accepted') && !has(verified, 'replayed'));
        const decision = decideSecondFactor(verified, tokens, RULES, NOW);
        if (decision.kind !== 'accept') throw new Error(`decided ${decision.kind}`);
        const { stored, next } = decision.change;
        expect(stored).toBe(verified.find(({ verdict }) => verdict.verdict === 'accepted')?.stored);
        expect(next.nextCounter).toBe(7);
        expect(next.failures).toBe(stored.value.failures > stored.threshold ? stored.value.failures : 0);
        expect(decision.others).toEqual(tokens.filter((token) => token !== stored));
      }),
    );
  });

  test('SR-14: a success resets no failures of a blocked user', () => {
    const tokens = [limited(0, { failures: 3 })];
    const decision = decideSecondFactor(verify(tokens, ['accepted']), tokens, { ...RULES, userBlocked: true }, NOW);
    expect(decision).toMatchObject({ kind: 'accept', change: { next: { failures: 3 } } });
  });

  test('SR-2: a wrong code counts once on each token that it was verified on, and locks beyond the limit', () => {
    fc.assert(
      fc.property(anyAttempt, ({ tokens, verified }) => {
        fc.pre(has(verified, 'wrong') && !has(verified, 'accepted') && !has(verified, 'replayed'));
        const decision = decideSecondFactor(verified, tokens, RULES, NOW);
        if (decision.kind !== 'count') throw new Error(`decided ${decision.kind}`);
        const wrong = verified.filter(({ verdict }) => verdict.verdict === 'wrong');
        expect(decision.changes.map(({ stored }) => stored)).toEqual(wrong.map(({ stored }) => stored));
        expect(decision.tokens).toEqual(wrong.map(({ stored }) => stored.value.id));
        for (const { stored, next } of decision.changes) {
          const isCounted = stored.value.lastCountedAttempt === RULES.attempt;
          expect(next.failures).toBe(stored.value.failures + (isCounted ? 0 : 1));
          if (!isCounted) expect(next.lock !== undefined).toBe(next.failures > stored.threshold);
        }
        const areLocked = decision.changes.every(({ next }) => next.lock !== undefined);
        expect(decision.code).toBe(areLocked ? 'TOKEN_LOCKED' : 'OTP_WRONG');
        expect(decision).not.toHaveProperty('reason');
        expect(decision.isClockOff).toBe(false);
      }),
    );
  });

  test('a wrong code keeps its token’s changes, and the first reason for the audit log', () => {
    const tokens = [limited(0), limited(1)];
    const [first, second] = verify(tokens, ['wrong']);
    if (!first || !second) throw new Error('two candidates');
    const next = { ...second.stored.value, resyncFailures: 2 };
    const verified: VerifiedCandidate[] = [
      first,
      { ...second, verdict: { verdict: 'wrong', reason: 'TOKEN_OUT_OF_STEP', next, clockOff: true } },
    ];
    const decision = decideSecondFactor(verified, tokens, RULES, NOW);
    expect(decision).toMatchObject({ kind: 'count', reason: 'TOKEN_OUT_OF_STEP', isClockOff: true });
    expect(decision).toMatchObject({
      changes: [{ next: { failures: 1 } }, { next: { failures: 1, resyncFailures: 2 } }],
    });
  });

  test('without a guess nothing is counted, and the work of a check is done', () => {
    fc.assert(
      fc.property(anyTokens, fc.boolean(), (tokens, wasAsked) => {
        const verified = wasAsked ? verify(candidateTokens(tokens, RULES, NOW), ['not-asked']) : [];
        const decision = decideSecondFactor(verified, tokens, RULES, NOW);
        const about = verified.length === 0 ? tokens : verified.map(({ stored }) => stored);
        expect(decision).toMatchObject({
          kind: 'refuse',
          needsDecoyCheck: true,
          tokens: about.map(({ value }) => value.id),
        });
      }),
    );
  });

  test.each([
    ['a token that has not been asked anything', [limited(0)], 'NOTHING_ASKED'],
    ['only locked tokens', [limited(0, { lock: { reason: 'otp-failures', at: 0 } })], 'TOKEN_LOCKED'],
    [
      'tokens locked by wrong codes and by an administrator',
      [
        limited(0, { lock: { reason: 'otp-failures', at: 0 } }),
        limited(1, { lock: { reason: 'administrator', at: 0 } }),
      ],
      'TOKEN_LOCKED_BY_ADMINISTRATOR',
    ],
    ['an expired token', [limited(0, { expiresAt: NOW })], 'OTP_WRONG'],
    [
      'a locked token beside an expired one',
      [limited(0, { lock: { reason: 'administrator', at: 0 } }), limited(1, { expiresAt: NOW })],
      'OTP_WRONG',
    ],
    ['no token', [], 'OTP_WRONG'],
  ])('%s', (_, tokens, code) => {
    expect(decideSecondFactor([], tokens, RULES, NOW)).toMatchObject({ kind: 'refuse', code });
  });

  test('a locked token of another kind than the answer does not matter', () => {
    const tokens = [limited(0, { lock: { reason: 'administrator', at: 0 } })];
    const rules: SecondFactorRules = { ...RULES, answer: { kind: 'recovery', code: 'abcd-efgh' } };
    expect(decideSecondFactor([], tokens, rules, NOW)).toMatchObject({ code: 'OTP_WRONG' });
  });
});
