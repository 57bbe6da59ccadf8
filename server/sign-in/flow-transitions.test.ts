import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { METHOD_POLICIES, type MethodPolicy } from '@countersign/protocol/resources';
import type { OtpUse } from '@countersign/protocol/result';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factorOptions } from '../authentication/second-factor.ts';
import { idFromBytes } from '../kernel/ids.ts';
import { frozen, sampleResource, sampleToken, sampleUser, tokenId, userId } from '../testing/samples.ts';
import { completeFlow, type VerifiedFactors } from './complete-flow.ts';
import {
  type AnswerableStep,
  FLOW_LIFETIME_MS,
  type Flow,
  type FlowAt,
  LOGIN_REQUEST_ATTEMPTS,
  LOGIN_REQUEST_LIFETIME_MS,
  type LoginRequest,
  STEP_CLAIM_MS,
} from './flow.ts';
import {
  acceptFirstFactor,
  claimStep,
  createFlow,
  createRequestedFlow,
  denyFlow,
  FLOW_WRONG_ANSWERS,
  holdsClaim,
  presentError,
  recordPasswordTime,
  releaseClaim,
  requestSecondFactor,
  retryStep,
  selectFactor,
  setLogin,
} from './flow-transitions.ts';

const NOW = 1_800_000_000_000;
const RESOURCE = sampleResource();
const ID = idFromBytes('flw', Uint8Array.from([0, 0, 0, 0, 0, 0, 7]));
const ASKED = { nonce: 'nonce-0123456789', origin: 'https://shop.example', handleHash: 'aa'.repeat(32) };
const USER = sampleUser();
const PASSWORD = { password: true, passwordDigest: 'digest' } as const;
const OPTIONS = factorOptions([sampleToken()]);
const BY_CODE: VerifiedFactors = { user: USER, otp: 'verified', token: tokenId(1) };
const BY_PASSWORD: VerifiedFactors = { user: USER, password: true, otp: 'not_used' };
const fresh = (): Flow => frozen(createFlow(ID, RESOURCE, ASKED, NOW));

function request(hostCheckedPassword: boolean): LoginRequest {
  return {
    flow: ID,
    account: RESOURCE.account,
    resource: RESOURCE.id,
    user: USER.id,
    nonce: ASKED.nonce,
    hostCheckedPassword,
    secretHash: 'bb'.repeat(32),
    attemptsLeft: LOGIN_REQUEST_ATTEMPTS,
    createdAt: NOW,
    expiresAt: NOW + LOGIN_REQUEST_LIFETIME_MS,
  };
}
const requested = (hostCheckedPassword: boolean) =>
  frozen(createRequestedFlow(fresh(), { ...request(hostCheckedPassword), user: USER.id }, USER.login, OPTIONS));

/** A request of a page, and its possible evaluation. */
interface Move {
  step: AnswerableStep;
  /** Offset from the flow's own. */
  seqOff: number;
  outcome: 'right' | 'wrong' | 'refused' | 'broke down' | 'never came back';
  waitMs: number;
}
const moves = fc.array(
  fc.record<Move>({
    step: fc.constantFrom('identify', 'password', 'otp'),
    seqOff: fc.constantFrom(0, 0, 0, 0, -1, 1),
    outcome: fc.constantFrom('right', 'right', 'wrong', 'refused', 'broke down', 'never came back'),
    waitMs: fc.constantFrom(0, 1000, STEP_CLAIM_MS - 1, STEP_CLAIM_MS),
  }),
  { maxLength: 40 },
);

interface Run {
  flow: Flow;
  /** Steps that were evaluated as right, in order. */
  passed: AnswerableStep[];
  result?: ReturnType<typeof completeFlow>['result'];
}

/** Plays the moves as the use-cases do: claim, evaluate, move on. `every` receives each flow and the one before it. */
function play(start: Flow, policy: MethodPolicy, script: Move[], every: (next: Flow, before: Flow) => void): Run {
  const run: Run = { flow: start, passed: [] };
  let now = NOW;
  const to = (next: Flow) => {
    every(next, run.flow);
    run.flow = frozen(next);
  };
  const evaluated = ({ step, outcome }: Move): Flow => {
    if (outcome === 'never came back') return run.flow;
    if (outcome === 'broke down') return releaseClaim(run.flow);
    if (outcome === 'refused') return denyFlow(run.flow, 'ACCESS_DENIED');
    if (outcome === 'wrong' && step !== 'identify') return retryStep(run.flow, 'OTP_WRONG');
    run.passed.push(step);
    if (step === 'identify') return setLogin(run.flow, 'alice', { methodPolicy: policy });
    if (step === 'password' && policy !== 'password') return acceptFirstFactor(run.flow, USER, PASSWORD, OPTIONS);
    const end = completeFlow(run.flow, step === 'otp' ? BY_CODE : BY_PASSWORD, { now, resultLifetimeMs: 60_000 });
    run.result = end.result;
    return end.flow;
  };
  script.forEach((move, at) => {
    now += move.waitMs;
    const { step } = move;
    const claimed = claimStep(run.flow, { steps: [step], seq: run.flow.seq + move.seqOff, attempt: `a${at}` }, now);
    if ('refused' in claimed) return;
    to(claimed.flow);
    const next = evaluated(move);
    if (next !== run.flow) to(next);
  });
  return run;
}

const starts = fc.oneof(
  fc.constant(fresh()),
  fc.boolean().map((checked) => requested(checked)),
);
const policies = fc.constantFrom(...METHOD_POLICIES);

describe('SR-5: any sequence of answers', () => {
  test('skips no step and makes no result before the last factor', () => {
    fc.assert(
      fc.property(policies, moves, (policy, script) => {
        const { flow, passed, result } = play(fresh(), policy, script, () => {});
        const needed: AnswerableStep[] =
          policy === 'otp'
            ? ['identify', 'otp']
            : policy === 'password'
              ? ['identify', 'password']
              : ['identify', 'password', 'otp'];
        expect(passed).toEqual(needed.slice(0, passed.length));
        expect(result !== undefined).toBe(passed.length === needed.length);
        expect(flow.step === 'done').toBe(result !== undefined);
      }),
    );
  });

  test('never lowers the sequence, and raises it by one for each evaluated answer', () => {
    fc.assert(
      fc.property(starts, policies, moves, (start, policy, script) => {
        play(start, policy, script, (next, before) => {
          const evaluated = before.claim !== undefined && next.claim === undefined && next.seq !== before.seq;
          expect(next.seq).toBe(evaluated ? before.seq + 1 : before.seq);
        });
      }),
    );
  });

  test('changes nothing after the end', () => {
    fc.assert(
      fc.property(starts, policies, moves, (start, policy, script) => {
        play(start, policy, script, (_next, before) => expect(['done', 'denied']).not.toContain(before.step));
      }),
    );
  });

  test('keeps the fields that bind the flow', () => {
    fc.assert(
      fc.property(starts, policies, moves, (start, policy, script) => {
        const { flow, result } = play(start, policy, script, () => {});
        const { id, account, resource, nonce, origin, handleHash, createdAt } = start;
        expect(flow).toMatchObject({ id, account, resource, nonce, origin, handleHash, createdAt });
        if (result) expect(result).toMatchObject({ flow: id, account, resource, nonce, origin });
      }),
    );
  });

  test('names a user only after a right password, or if the host named one', () => {
    fc.assert(
      fc.property(policies, moves, (policy, script) => {
        const { flow, passed } = play(fresh(), policy, script, () => {});
        if (flow.step !== 'done') expect(flow.user !== undefined).toBe(passed.includes('password'));
        expect(flow.passwordVerified).toBe(passed.includes('password') && policy !== 'password');
      }),
    );
  });
});

describe('a claimed step', () => {
  test('is evaluated once: a simultaneous answer is refused as such, an older one as stale', () => {
    const claimed = claimStep(fresh(), { steps: ['identify'], seq: 0, attempt: 'first' }, NOW);
    if ('refused' in claimed) throw new Error(claimed.refused);
    const second = claimStep(claimed.flow, { steps: ['identify'], seq: 0, attempt: 'second' }, NOW + STEP_CLAIM_MS - 1);
    expect(second).toEqual({ refused: 'STEP_IN_PROGRESS' });
    const moved = setLogin(claimed.flow, 'alice', { methodPolicy: 'auto' });
    expect(claimStep<Flow>(moved, { steps: ['identify'], seq: 0, attempt: 'third' }, NOW)).toEqual({
      refused: 'STEP_STALE',
    });
  });

  test('is free again when its evaluation never finished, and then no longer belongs to the first attempt', () => {
    const claimed = claimStep(fresh(), { steps: ['identify'], seq: 0, attempt: 'first' }, NOW);
    if ('refused' in claimed) throw new Error(claimed.refused);
    expect(holdsClaim(claimed.flow, 'first')).toBe(true);
    const again = claimStep(claimed.flow, { steps: ['identify'], seq: 0, attempt: 'second' }, NOW + STEP_CLAIM_MS);
    if ('refused' in again) throw new Error(again.refused);
    expect(holdsClaim(again.flow, 'first')).toBe(false);
    expect(holdsClaim(again.flow, 'second')).toBe(true);
  });

  test('is not released by a clock that was set back', () => {
    const claimed = claimStep(fresh(), { steps: ['identify'], seq: 0, attempt: 'first' }, NOW);
    if ('refused' in claimed) throw new Error(claimed.refused);
    const later = claimStep(claimed.flow, { steps: ['identify'], seq: 0, attempt: 'second' }, NOW - 3_600_000);
    expect(later).toEqual({ refused: 'STEP_IN_PROGRESS' });
  });

  // SR-63
  test('SR-63: reports no wait beyond the maximum if the clock was set back', () => {
    const error = { code: 'TOO_MANY_ATTEMPTS', retryAt: NOW + 1_000 } as const;
    expect(presentError(error, NOW)).toEqual({ code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 1_000 });
    expect(presentError(error, NOW + 2_000)).toEqual({ code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 0 });
    expect(presentError(error, NOW - 3_600_000)).toEqual({ code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 60_000 });
    expect(presentError({ code: 'OTP_WRONG' }, NOW)).toEqual({ code: 'OTP_WRONG' });
  });

  test.each([
    ['another step', { steps: ['otp'], seq: 0 }],
    ['one that is yet to come', { steps: ['identify'], seq: 1 }],
  ] as const)('is not taken by an answer to %s', (_, answer) => {
    expect(claimStep(fresh(), { ...answer, attempt: 'a' }, NOW)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
  });
});

describe('wrong answers', () => {
  test('end a flow at the limit', () => {
    let flow: Flow = setLogin(fresh(), 'alice', { methodPolicy: 'auto' });
    for (let wrong = 1; wrong < FLOW_WRONG_ANSWERS; wrong++) {
      flow = retryStep(flow, 'INVALID_CREDENTIALS');
      expect(flow).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    }
    expect(retryStep(flow, 'INVALID_CREDENTIALS')).toMatchObject({
      step: 'denied',
      error: { code: 'TOO_MANY_ATTEMPTS' },
    });
  });

  test('end a login request at its attempts, whatever else happens between them', () => {
    let flow: Flow = requested(true);
    for (let wrong = 1; wrong < LOGIN_REQUEST_ATTEMPTS; wrong++) {
      flow = retryStep(releaseClaim(flow), 'OTP_WRONG');
      expect(flow).toMatchObject({ step: 'otp', attemptsLeft: LOGIN_REQUEST_ATTEMPTS - wrong });
    }
    expect(retryStep(flow, 'OTP_WRONG')).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
  });

  test('report when to try again, and the next move clears it', () => {
    const flow = retryStep(setLogin(fresh(), 'alice', { methodPolicy: 'auto' }), 'TOO_MANY_ATTEMPTS', NOW + 4000);
    expect(flow.error).toEqual({ code: 'TOO_MANY_ATTEMPTS', retryAt: NOW + 4000 });
    expect(acceptFirstFactor(flow, USER, PASSWORD, OPTIONS)).not.toHaveProperty('error');
  });
});

describe('the result', () => {
  const uses: OtpUse[] = ['verified', 'skipped', 'not_used'];

  test.each(uses)('claims only the factors that were shown: code %s', (otp) => {
    const rule = { now: NOW, resultLifetimeMs: 60_000 };
    const verified = otp === 'verified';
    const before = completeFlow({ ...fresh(), passwordVerified: true }, { user: USER, otp }, rule);
    const justNow = completeFlow(fresh(), { user: USER, password: true, otp }, rule);
    for (const { result } of [before, justNow]) {
      expect(result).toMatchObject({
        amr: verified ? ['pwd', 'otp', 'mfa'] : ['pwd'],
        acr: verified ? '2' : '1',
        otp,
      });
    }
    // The host checked the password itself: the result does not claim it.
    for (const hostChecked of [true, false]) {
      const { result } = completeFlow(requested(hostChecked), { user: USER, otp }, rule);
      expect(result).toMatchObject({ amr: verified ? ['otp'] : [], acr: '1', otp });
    }
  });

  test('lasts as long as the resource allows, from a whole second on, and ends with its flow', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4e12 }), fc.integer({ min: 10_000, max: 300_000 }), (now, resultLifetimeMs) => {
        const { flow, result } = completeFlow(fresh(), BY_CODE, { now, resultLifetimeMs });
        expect(result.issuedAt % 1000).toBe(0);
        expect(now - result.issuedAt).toBeLessThan(1000);
        expect(result.expiresAt - result.issuedAt).toBe(resultLifetimeMs);
        expect(flow.expiresAt).toBe(result.expiresAt);
        expect(result).not.toHaveProperty('consumedAt');
      }),
    );
  });

  test('is about the user who signed in, under the flow’s own id', () => {
    const { flow, result } = completeFlow(fresh(), BY_CODE, { now: NOW, resultLifetimeMs: 60_000 });
    expect(result).toMatchObject({ flow: ID, user: USER.id, login: USER.login });
    expect(flow).toMatchObject({ step: 'done', user: USER.id });
  });
});

describe('the password behind a result', () => {
  const digestOf = (flow: Flow, passed: VerifiedFactors, userPasswordDigest?: string) =>
    completeFlow(flow, passed, { now: NOW, resultLifetimeMs: 60_000, ...omitUndefined({ userPasswordDigest }) }).result
      .userPasswordDigest;

  test('is the one that was verified, even if the user was read after a change', () => {
    const flow = { ...fresh(), passwordVerified: true, passwordDigest: 'verified' };
    expect(digestOf(flow, { user: USER, otp: 'not_used' }, 'later')).toBe('verified');
    expect(digestOf(fresh(), { ...BY_PASSWORD, passwordDigest: 'now' }, 'later')).toBe('now');
  });

  test('is the user’s if none was asked for, and absent on tests', () => {
    expect(digestOf(fresh(), BY_CODE, 'current')).toBe('current');
    expect(digestOf(fresh(), { ...BY_PASSWORD, passwordDigest: 'now' })).toBe(undefined);
  });
});

describe('the time of the password', () => {
  const verified = (changes: Partial<Flow> = {}) => ({ ...fresh(), passwordVerified: true, ...changes }) as Flow;

  test('is recorded when it was right, on the way to the self-service page', () => {
    const next = verified({ purpose: 'self' });
    expect(recordPasswordTime({ ...fresh(), purpose: 'self' }, next, NOW)).toEqual({ ...next, passwordAt: NOW });
  });

  test('is kept later, and not recorded at other sign-ins or without a password', () => {
    const own: Flow = { ...fresh(), purpose: 'self' };
    for (const [before, next] of [
      [verified({ purpose: 'self' }), verified({ purpose: 'self' })],
      [fresh(), verified()],
      [own, own],
    ] as const) {
      expect(recordPasswordTime(before, next, NOW)).toBe(next);
    }
  });
});

test('another factor keeps the step of a transaction, and drops the question and the code of the factor before', () => {
  const [option] = OPTIONS;
  if (!option) throw new Error('no option');
  const sent = { token: tokenId(1), to: '…', expiresAt: NOW, resendAt: NOW };
  const flow = (step: 'otp' | 'sign') =>
    frozen({ ...requestSecondFactor(fresh(), OPTIONS), step, question: '12345678', sent }) as FlowAt<'otp' | 'sign'>;
  const picked = selectFactor(flow('otp'), option, { step: 'recovery' });
  expect(picked).toMatchObject({ step: 'recovery', factor: option.id, seq: 1 });
  expect(picked).not.toHaveProperty('question');
  expect(picked).not.toHaveProperty('sent');
  expect(selectFactor(flow('sign'), option, { step: 'otp', question: '87654321' })).toMatchObject({
    step: 'sign',
    factor: option.id,
    question: '87654321',
  });
});

test('a flow starts without a user, at the first step, for 15 minutes', () => {
  const expiresAt = NOW + FLOW_LIFETIME_MS;
  expect(fresh()).toMatchObject({ step: 'identify', seq: 0, passwordVerified: false, expiresAt });
  expect(fresh()).not.toHaveProperty('user');
});

test('a login leads to the step that the resource asks for, whether or not the user exists', () => {
  for (const policy of METHOD_POLICIES) {
    for (const name of ['alice', 'stranger', '']) {
      const flow = setLogin(fresh(), name, { methodPolicy: policy });
      expect(flow).toMatchObject({ login: name, step: policy === 'otp' ? 'otp' : 'password' });
      expect(flow).not.toHaveProperty('user');
    }
  }
});

test('a login request names the user and asks for the code alone', () => {
  const named = { step: 'otp', user: userId(1), passwordVerified: false, attemptsLeft: LOGIN_REQUEST_ATTEMPTS };
  expect(requested(true)).toMatchObject({ ...named, loginRequest: { hostCheckedPassword: true } });
});
