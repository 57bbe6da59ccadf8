import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assessMatch, environmentForbids } from '../browsers/device-fingerprint/environment-verdict.ts';
import type { Method } from '../kernel/event.ts';
import { MAX_REMEMBERED_MS } from '../resources/resource.ts';
import { accountId, resourceId, tokenId, userId } from '../testing/samples.ts';
import { decideFactors, type FactorState } from './decide-factors.ts';
import {
  type Authentication,
  LEVELS,
  missingFactors,
  oldestAllowedMs,
  type PassedSecond,
  requiredDenial,
  requiredFactors,
  validFactors,
} from './step-up.ts';

const NOW = 1_800_000_000_000;
const method = fc.constantFrom<Method>('password', 'otp', 'password-otp');
const states = fc.array(
  fc.constantFrom<FactorState>(
    'active',
    'deactivated',
    'locked',
    'locked-by-administrator',
    'locked-with-recovery',
    'expired',
    'out-of-step',
    'secret-lost',
    'not-accepted',
  ),
  { maxLength: 4 },
);
const beyond = fc.record({
  level: fc.option(fc.constantFrom(...LEVELS), { nil: undefined }),
  hasFirstFactor: fc.boolean(),
  differs: fc.option(fc.constantFrom('demand-otp' as const, 'refuse' as const), { nil: undefined }),
});

describe('the required factors', () => {
  // SR-41
  test('of a password that the help desk may know are more than that password', () => {
    fc.assert(
      fc.property(method, states, beyond, (by, tokens, more) => {
        const usual = requiredFactors(by, tokens, more);
        const isAlone = usual.kind === 'factors' && !usual.otp;
        const known = requiredFactors(by, tokens, { ...more, user: { passwordByHelpDesk: true } });
        expect(known).toEqual(isAlone ? { kind: 'deny', reason: 'unconfirmed' } : usual);
      }),
    );
  });

  test('are those of the method if nothing else is required', () => {
    fc.assert(
      fc.property(method, states, fc.boolean(), (by, tokens, hasFirstFactor) => {
        expect(requiredFactors(by, tokens, { hasFirstFactor })).toEqual(decideFactors(by, tokens));
      }),
    );
  });

  test('only grow: no user is accepted whom the method denies, and no factor is dropped', () => {
    fc.assert(
      fc.property(method, states, beyond, (by, tokens, more) => {
        const usual = decideFactors(by, tokens);
        const required = requiredFactors(by, tokens, more);
        if (usual.kind === 'deny') expect(required.kind).toBe('deny');
        if (usual.kind === 'deny') return;
        if (required.kind === 'deny') return;
        expect(required.password || !usual.password).toBe(true);
        expect(required.otp || !usual.otp).toBe(true);
        expect(required.otp && required.otpSkipped).toBe(false);
      }),
    );
  });

  test('for two factors are both, if the user has both, and a denial otherwise', () => {
    fc.assert(
      fc.property(method, states, beyond, (by, tokens, more) => {
        const required = requiredFactors(by, tokens, { ...more, level: '2' });
        const usual = decideFactors(by, tokens);
        const hasCode = tokens.includes('active') || (usual.kind === 'factors' && usual.recoveryOnly === true);
        if (required.kind === 'factors') {
          expect(required).toMatchObject({ password: true, otp: true });
          expect(hasCode && more.hasFirstFactor).toBe(true);
        } else if (!more.differs && usual.kind === 'factors') {
          expect(hasCode && more.hasFirstFactor).toBe(false);
        }
      }),
    );
  });

  test('in an unknown browser are a code, or a denial', () => {
    fc.assert(
      fc.property(method, states, beyond, (by, tokens, more) => {
        const required = requiredFactors(by, tokens, { ...more, differs: 'demand-otp' });
        expect(required.kind === 'deny' || required.otp).toBe(true);
        expect(requiredFactors(by, tokens, { ...more, differs: 'refuse' }).kind).toBe('deny');
      }),
    );
  });
});

describe('a denial', () => {
  const deny = (reason: string) => ({ kind: 'deny', reason });
  test.each([
    ['otp', [], { level: '1' }, deny('no-token')],
    ['otp', [], { level: '2' }, deny('level')],
    ['otp', ['deactivated'], { level: '2' }, deny('level')],
    ['otp', ['locked'], { level: '2' }, deny('locked')],
    ['password-otp', ['deactivated'], { level: '2' }, deny('level')],
    ['password', ['locked'], { level: '2' }, deny('level')],
    ['password', [], { level: '1', hasFirstFactor: false }, deny('level')],
    ['password', ['active'], { level: '2', hasFirstFactor: false }, deny('level')],
    ['password', ['locked-with-recovery'], { level: '2' }, deny('level')],
    ['otp', ['locked-by-administrator', 'locked-with-recovery'], { level: '2' }, deny('locked-by-administrator')],
    ['password', ['active'], { differs: 'refuse' }, deny('environment')],
    ['password', ['locked'], { differs: 'demand-otp' }, deny('environment')],
    ['otp', ['expired'], { differs: 'refuse' }, deny('expired')],
  ] as const)('of %s with %j under %j names the missing factor', (by, tokens, more, denial) => {
    expect(requiredFactors(by, [...tokens], { hasFirstFactor: true, ...more })).toEqual(denial);
  });

  test.each([
    ['otp', ['active'], { level: '1', hasFirstFactor: false }, { password: false, otp: true, otpSkipped: false }],
    ['password', ['active'], { level: '1' }, { password: true, otp: false, otpSkipped: false }],
    ['password', ['active'], { level: '2' }, { password: true, otp: true, otpSkipped: false }],
    ['password', ['active'], { differs: 'demand-otp' }, { password: true, otp: true, otpSkipped: false }],
    [
      'otp',
      ['locked-with-recovery'],
      { level: '2' },
      { password: true, otp: true, otpSkipped: false, recoveryOnly: true },
    ],
    ['password-otp', ['deactivated'], { level: '1' }, { password: true, otp: false, otpSkipped: true }],
  ] as const)('is not returned to %s with %j under %j', (by, tokens, more, factors) => {
    expect(requiredFactors(by, [...tokens], { hasFirstFactor: true, ...more })).toEqual({
      kind: 'factors',
      ...factors,
    });
  });

  test.each([
    ['level', 'LEVEL_UNREACHABLE'],
    ['environment', 'ENVIRONMENT_MISMATCH'],
    ['locked', 'TOKEN_LOCKED'],
    ['no-token', 'ACCESS_DENIED'],
  ] as const)('because of %s returns %s', (reason, code) => {
    expect(requiredDenial(reason, undefined)).toBe(code);
    expect(requiredDenial('not-accepted', { needsConfirmation: {} })).toBe('CONFIRMATION_REQUIRED');
  });
});

const earlier: Authentication = {
  account: accountId(1),
  resource: resourceId(1),
  user: userId(1),
  password: { at: NOW, digest: 'the password' },
  second: { at: NOW + 1000, token: tokenId(1), kind: 'totp', methods: ['otp'] },
};
const facts = {
  account: accountId(1),
  resource: resourceId(1),
  user: userId(1),
  digest: 'the password',
  usable: [tokenId(1)],
  maxAgeMs: 10_000,
  epoch: 0,
};

describe('factors shown before', () => {
  // SR-4: any later change voids it.
  test.each([
    ['another account', { account: accountId(2) }, []],
    ['another resource', { resource: resourceId(2) }, []],
    ['another user', { user: userId(2) }, []],
    ['another password', { digest: 'another password' }, ['second']],
    ['a token that is locked, gone or deactivated', { usable: [] }, ['password']],
    ['a report, or a block that was lifted', { epoch: 1 }, []],
    ['nothing', {}, ['password', 'second']],
  ])('count after %s for the rest', (_what, changes, left) => {
    expect(Object.keys(validFactors(earlier, { ...facts, ...changes }, NOW + 2000))).toEqual(left);
  });

  test('are none if there was no earlier sign-in', () => {
    expect(validFactors(undefined, facts, NOW)).toEqual({});
  });

  test('count while they are recent enough, each factor by its own age, and never from the future', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 40_000 }), fc.nat({ max: 20_000 }), (later, maxAgeMs) => {
        const counting = validFactors(earlier, { ...facts, maxAgeMs }, NOW + later);
        expect(counting.password !== undefined).toBe(later >= 0 && later < maxAgeMs);
        expect(counting.second !== undefined).toBe(later >= 1000 && later - 1000 < maxAgeMs);
      }),
      {
        examples: [
          [5000, 5000],
          [4999, 5000],
        ],
      },
    );
  });

  test('count no longer than the resource remembers, which is not at all by default', () => {
    fc.assert(
      fc.property(fc.option(fc.nat(), { nil: undefined }), fc.option(fc.nat(), { nil: undefined }), (asked, kept) => {
        const allowed = oldestAllowedMs(asked === undefined ? {} : { maxAgeMs: asked }, kept);
        expect(allowed).toBe(Math.min(asked ?? Infinity, kept ?? 0, MAX_REMEMBERED_MS));
        if (kept === undefined || asked === 0) expect(allowed).toBe(0);
      }),
    );
    expect(oldestAllowedMs({}, Infinity)).toBe(43_200_000);
  });

  test('reduce the missing factors by exactly themselves, and never add to them', () => {
    const second = { at: NOW, token: tokenId(1), kind: 'totp' as const, methods: ['otp'] };
    const shown = fc.record(
      {
        password: fc.constant({ at: NOW, digest: '' }),
        second: fc.constantFrom<PassedSecond>(second, { ...second, isTwo: true }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), shown, (password, otp, before) => {
        const missing = missingFactors({ password, otp }, before);
        const hasFirstFactor = before.password !== undefined || before.second?.isTwo === true;
        expect(missing).toEqual({ password: password && !hasFirstFactor, otp: otp && !before.second });
      }),
    );
  });
});

describe('an unknown browser', () => {
  test('is one that matches less than the threshold, and never the first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 100 }), (threshold, percent) => {
        const judged = assessMatch({ action: 'refuse', threshold }, percent);
        expect(judged.differs).toBe(percent < threshold ? 'refuse' : undefined);
        expect(assessMatch({ action: 'refuse', threshold }, undefined)).toEqual({ percent: null });
      }),
    );
  });

  test('denies a sign-in without a code, one that rests on an earlier password, or every sign-in', () => {
    expect(environmentForbids(undefined, 'not_used')).toBe(false);
    expect(environmentForbids({ percent: 100 }, 'skipped', true)).toBe(false);
    expect(environmentForbids({ percent: 0, differs: 'demand-otp' }, 'verified')).toBe(false);
    expect(environmentForbids({ percent: 0, differs: 'demand-otp' }, 'skipped')).toBe(true);
    expect(environmentForbids({ percent: 0, differs: 'demand-otp' }, 'verified', true)).toBe(true);
    expect(environmentForbids({ percent: 0, differs: 'refuse' }, 'verified')).toBe(true);
  });
});
