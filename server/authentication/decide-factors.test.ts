import { METHOD_POLICIES } from '@countersign/protocol/resources';
import { describe, expect, test } from 'vitest';
import type { Method } from '../kernel/event.ts';
import {
  type DenialReason,
  decideFactors,
  denialCode,
  denyKnownPassword,
  type FactorDecision,
  type FactorState,
  widgetMethod,
} from './decide-factors.ts';

const STATES: readonly FactorState[] = [
  'active',
  'deactivated',
  'locked',
  'locked-by-administrator',
  'locked-with-recovery',
  'expired',
  'out-of-step',
  'secret-lost',
  'not-accepted',
];

/** Every list of up to four states, in every order. */
function lists(length: number): FactorState[][] {
  if (length === 0) return [[]];
  return lists(length - 1).flatMap((list) => STATES.map((state) => [...list, state]));
}
const ALL_LISTS = [0, 1, 2, 3, 4].flatMap(lists);

const factors = (password: boolean, otp: boolean, otpSkipped = false): FactorDecision => ({
  kind: 'factors',
  password,
  otp,
  otpSkipped,
});
const deny = (reason: DenialReason): FactorDecision => ({ kind: 'deny', reason });

describe('the truth table, over every combination of up to four tokens', () => {
  test('password: the tokens do not matter', () => {
    for (const list of ALL_LISTS) expect(decideFactors('password', list)).toEqual(factors(true, false));
  });

  test.each([
    ['otp', factors(false, true), deny('deactivated')],
    ['password-otp', factors(true, true), factors(true, false, true)],
    ['token', factors(false, true), deny('deactivated')],
  ] as const)('%s', (method, whenActive, whenAllDeactivated) => {
    for (const list of ALL_LISTS) {
      const expected =
        list.length === 0
          ? deny('no-token')
          : list.some((state) => state === 'active')
            ? whenActive
            : list.every((state) => state === 'deactivated')
              ? whenAllDeactivated
              : list.includes('locked-with-recovery') && !list.includes('locked-by-administrator')
                ? { ...whenActive, recoveryOnly: true }
                : deny(
                    (
                      [
                        'locked-by-administrator',
                        'locked',
                        'expired',
                        'out-of-step',
                        'secret-lost',
                        'not-accepted',
                      ] as const
                    ).find((state) => list.includes(state)) ?? 'no-token',
                  );
      expect(decideFactors(method, list)).toEqual(expected);
    }
  });

  // SR-41
  test('a password that the help desk may know is never enough alone, and changes nothing else', () => {
    for (const method of ['password', 'otp', 'password-otp', 'token'] satisfies Method[]) {
      for (const list of ALL_LISTS) {
        const decision = decideFactors(method, list);
        const isAlone = decision.kind === 'factors' && !decision.otp;
        expect(denyKnownPassword(decision, { passwordByHelpDesk: true })).toEqual(
          isAlone ? deny('unconfirmed') : decision,
        );
        expect(denyKnownPassword(decision, {})).toBe(decision);
      }
    }
    expect(denialCode('unconfirmed')).toBe('ACCESS_DENIED');
  });

  // SR-3
  test('never accepts a user without a factor, and never drops the OTP while a token is locked or expired', () => {
    for (const method of ['password', 'otp', 'password-otp', 'token'] satisfies Method[]) {
      for (const list of ALL_LISTS) {
        const decision = decideFactors(method, list);
        if (decision.kind === 'deny') continue;
        expect(decision.password || decision.otp).toBe(true);
        if (decision.otpSkipped) expect(list.every((state) => state === 'deactivated')).toBe(true);
        const needed = decision.recoveryOnly ? 'locked-with-recovery' : 'active';
        if (decision.otp) expect(list).toContain(needed);
        if (decision.recoveryOnly) expect(list).not.toContain('locked-by-administrator');
      }
    }
  });
});

test.each([
  ['locked', 'TOKEN_LOCKED'],
  ['locked-by-administrator', 'TOKEN_LOCKED_BY_ADMINISTRATOR'],
  ['out-of-step', 'TOKEN_OUT_OF_STEP'],
  ['no-token', 'ACCESS_DENIED'],
  ['deactivated', 'ACCESS_DENIED'],
  ['expired', 'ACCESS_DENIED'],
  ['not-accepted', 'ACCESS_DENIED'],
] as const)('a denial because of %s returns %s', (reason, code) => {
  expect(denialCode(reason)).toBe(code);
  // After a password reset by mail a mailed code is refused, which a confirmation fixes; all else is unchanged.
  expect(denialCode(reason, { needsConfirmation: {} })).toBe(
    reason === 'not-accepted' ? 'CONFIRMATION_REQUIRED' : code,
  );
});

describe('the method of the widget', () => {
  test('follows the policy for every user', () => {
    for (const policy of METHOD_POLICIES.filter((policy) => policy !== 'auto')) {
      expect(widgetMethod(policy, [])).toBe(policy);
      expect(widgetMethod(policy, ['active'])).toBe(policy);
    }
  });

  test('auto: both factors for users assigned with a token, the password for users assigned alone', () => {
    expect(widgetMethod('auto', ['active'])).toBe('password-otp');
    expect(widgetMethod('auto', [])).toBe('password');
  });
});
