import type { Flow, ResultRecord } from '../login/flow.ts';
import { evaluated, type Passed } from '../login/steps.ts';
import type { MethodPolicy, TestMode } from './resource.ts';

/**
 * Resources for the tests of those who build the widget in. They ask as any other does and look at nothing that is
 * typed: nobody's password or token takes part, and what comes out says that it is a test in its `typ`, in a claim and
 * in the name of whoever "signed in".
 *
 * Whoever "signs in" is this: no user has such an id, and none is found by it.
 */
export const TEST_PERSON: Passed['user'] = { id: 'test', login: 'test' };

/** Longer ago than any verifier's tolerance reaches. */
const EXPIRED_BY_MS = 15 * 60_000;
/** So long the page may look at a sign-in whose result has expired already. */
const LOOK_MS = 1000;

export type TestOutcome = { move: (flow: Flow) => Flow } | { finish: Passed } | { wrong: true };

/** What an answer to a step after the name leads to, whatever was answered. */
export function answerTest(mode: TestMode, step: 'password' | 'otp', policy: MethodPolicy): TestOutcome {
  if (mode === 'fail') return { wrong: true };
  if (step === 'otp') return { finish: { user: TEST_PERSON, otp: 'verified' } };
  if (policy === 'password') return { finish: { user: TEST_PERSON, password: true, otp: 'not_used' } };
  return { move: (flow) => ({ ...evaluated(flow), step: 'otp', passwordVerified: true }) };
}

/** The same end, too late: the result was over before it was made, and the widget is soon told. */
export function expired(end: { flow: Flow; result: ResultRecord }, now: number): { flow: Flow; result: ResultRecord } {
  const { flow, result } = end;
  return {
    flow: { ...flow, expiresAt: now + LOOK_MS },
    result: {
      ...result,
      authenticatedAt: result.authenticatedAt - EXPIRED_BY_MS,
      issuedAt: result.issuedAt - EXPIRED_BY_MS,
      expiresAt: result.expiresAt - EXPIRED_BY_MS,
    },
  };
}
