import type { MethodPolicy, TestMode } from '@countersign/protocol/resources';
import { refusal } from '../../kernel/result.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import type { VerifiedFactors } from '../complete-flow.ts';
import type { Flow, ResultRecord } from '../flow.ts';
import { countStep } from '../flow-transitions.ts';
import type { Rule } from '../rule.ts';
import type { StepOutcome } from '../step-outcome.ts';

/**
 * The user of a test resource. Such a resource asks for the same steps as any other and ignores the input: no password
 * and no token takes part, and the result is marked as a test in its `typ`, in a claim and in this name. No user has
 * such an id.
 */
export const TEST_USER: VerifiedFactors['user'] = { id: 'test', login: 'test' };

/** Beyond any verifier's tolerance. */
const EXPIRED_BY_MS = 15 * MINUTE_MS;
/** How long the page may view a sign-in whose result has already expired. */
const LOOK_MS = 1000;

export const testMode: Rule = {
  name: 'test mode',
  does: 'On a test resource every step is answered as its test mode says, and the result is marked as a test.',
  beforeStep(_ports, { flow: { step, test }, resource }) {
    // A test ends as a test, and no other sign-in becomes one.
    if (test !== resource.testMode) return { end: refusal('ACCESS_DENIED') };
    // A test reads nothing but the login.
    if (test === undefined || step === 'identify') return undefined;
    return testOutcome(test, step === 'password' ? 'password' : 'otp', resource.methodPolicy);
  },
  inResult: (end, { flow, now }) => (flow.test === 'expire' ? expireResult(end, now) : end),
};

/** The outcome of every step after the login, for any input. */
export function testOutcome(mode: TestMode, step: 'password' | 'otp', policy: MethodPolicy): StepOutcome {
  if (mode === 'fail') return { refusal: refusal('INVALID_CREDENTIALS') };
  if (step === 'otp') return { finish: { user: TEST_USER, otp: 'verified' } };
  if (policy === 'password') return { finish: { user: TEST_USER, password: true, otp: 'not_used' } };
  return { move: (flow) => ({ ...countStep(flow), step: 'otp', passwordVerified: true }) };
}

/** The same end with a result that has already expired; the widget is soon told. */
export function expireResult<End extends { flow: Flow; result: ResultRecord }>(end: End, now: number): End {
  const { flow, result } = end;
  return {
    ...end,
    flow: { ...flow, expiresAt: now + LOOK_MS },
    result: {
      ...result,
      authenticatedAt: result.authenticatedAt - EXPIRED_BY_MS,
      issuedAt: result.issuedAt - EXPIRED_BY_MS,
      expiresAt: result.expiresAt - EXPIRED_BY_MS,
    },
  };
}
