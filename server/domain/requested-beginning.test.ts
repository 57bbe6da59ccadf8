import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountId, frozen, resourceId, sampleToken, sampleUser, tokenId } from '../testing/samples.ts';
import type { Flow, LoginRequest, ResultRecord } from './flow.ts';
import { FLOW_WRONG_ANSWERS, newFlow } from './flow-steps.ts';
import { idFromBytes } from './ids.ts';
import { judgeRequestedBeginning, type RequestedFacts, type RequestedPlace } from './requested-beginning.ts';
import type { Resource } from './resource.ts';

const NOW = 1_800_000_000_000;
const ID = idFromBytes('flw', new Uint8Array(10));
const RESOURCE: Resource = {
  id: resourceId(1),
  account: accountId(1),
  name: 'Shop',
  enabled: true,
  failedAttemptsBeforeLock: 5,
  methodPolicy: 'auto',
  allowedOrigins: [],
  allowLocalhost: false,
  resultLifetimeMs: 60_000,
  createdAt: 0,
};
const begin = (handleHash: string) =>
  newFlow(ID, RESOURCE, { nonce: 'nonce', origin: 'https://shop.example', handleHash }, NOW);
const FRESH = begin('newest');
const BEFORE = begin('before');

const user = sampleUser({
  assignments: [{ resource: RESOURCE.id, alone: false, tokens: [{ token: tokenId(1), epoch: 0 }] }],
});
const REQUEST: LoginRequest = {
  flow: ID,
  account: RESOURCE.account,
  resource: RESOURCE.id,
  user: user.id,
  nonce: 'nonce',
  hostCheckedPassword: false,
  secretHash: '',
  attemptsLeft: FLOW_WRONG_ANSWERS,
  createdAt: NOW,
  expiresAt: NOW + 300_000,
};
const RESULT: ResultRecord = {
  flow: ID,
  account: RESOURCE.account,
  resource: RESOURCE.id,
  user: user.id,
  login: user.login,
  nonce: 'nonce',
  origin: 'https://shop.example',
  amr: ['otp'],
  acr: '1',
  otp: 'verified',
  authenticatedAt: NOW,
  issuedAt: NOW,
  expiresAt: NOW + 60_000,
};

const absent = { nil: undefined, freq: 1 };
const running = fc.option(
  fc.record({
    step: fc.constantFrom<Flow['step']>('otp', 'identify', 'done', 'denied'),
    attemptsLeft: fc.integer({ min: 0, max: FLOW_WRONG_ANSWERS }),
    isClaimed: fc.boolean(),
  }),
  absent,
);
const place = fc
  .record({
    running,
    isNamed: fc.boolean(),
    isOwnPage: fc.boolean(),
    isPasswordChecked: fc.boolean(),
    usedAt: fc.option(fc.constant(NOW - 1), absent),
    consumedAt: fc.option(fc.constant(NOW - 1), absent),
  })
  .map(({ running, isNamed, isOwnPage, isPasswordChecked, usedAt, consumedAt }): RequestedPlace => {
    const { user: named, ...nobody } = REQUEST;
    const isDone = running?.step === 'done';
    return frozen({
      request: {
        ...nobody,
        ...(isNamed && { user: named }),
        ...(isOwnPage && { redirectUri: 'https://shop.example/back' }),
        ...(usedAt !== undefined && { usedAt }),
        hostCheckedPassword: isPasswordChecked,
      },
      running: running && {
        ...BEFORE,
        step: running.step,
        attemptsLeft: running.attemptsLeft,
        ...(running.isClaimed && { claim: { attempt: 'one', seq: 0, at: NOW } }),
      },
      result: isDone ? { ...RESULT, ...(consumedAt !== undefined && { consumedAt }) } : undefined,
    });
  });
const facts = fc
  .record({
    isBarred: fc.boolean(),
    isThere: fc.boolean(),
    enabled: fc.boolean(),
    isLocked: fc.boolean(),
    isAssigned: fc.boolean(),
    differs: fc.option(fc.constantFrom('demand-otp' as const, 'refuse' as const), absent),
  })
  .map((given): RequestedFacts => {
    const lock = { reason: 'otp-failures', at: NOW } as const;
    return {
      resource: RESOURCE,
      barred: given.isBarred ? 'FILTER_DENIED' : undefined,
      user: given.isThere ? { ...user, ...(!given.isAssigned && { assignments: [] }) } : undefined,
      passwordDigest: '',
      tokens: [sampleToken({ enabled: given.enabled, owner: user.id, ...(given.isLocked && { lock }) })],
      earlier: undefined,
      environment: given.differs && { percent: 10, differs: given.differs },
      offered: undefined,
    };
  });

const holds = (check: (at: RequestedPlace, known: RequestedFacts) => void) =>
  fc.assert(fc.property(place, facts, check), { numRuns: 500 });
const judge = (at: RequestedPlace, known: RequestedFacts) => judgeRequestedBeginning(at, FRESH, known, NOW);

describe('beginning with a login request', () => {
  test('SR-5: on our own page nothing is taken over, not even a result: the page may be somebody else’s now', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (at.request.redirectUri === undefined || outcome.kind === 'void') return;
      expect(at.running?.step).not.toBe('done');
      expect(outcome.flow.claim).toBeUndefined();
      expect(outcome.flow.handleHash).toBe('newest');
    });
  });

  test('SR-14: beginning again gives no attempt back, and what was being checked was one', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (!at.running || outcome.kind === 'void' || outcome.kind === 'passed') return;
      const { attemptsLeft, claim } = at.running;
      expect(outcome.flow.attemptsLeft).toBeLessThanOrEqual(attemptsLeft);
      if (claim && !outcome.flow.claim) expect(outcome.flow.attemptsLeft).toBe(attemptsLeft - 1);
    });
  });

  test('SR-5: what is used up begins nothing, but shows a result that nobody has consumed to the page that has it', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      const isShown = at.request.redirectUri === undefined && at.result !== undefined && !at.result.consumedAt;
      if (isShown) expect(outcome).toEqual({ kind: 'goes-on', flow: { ...at.running, handleHash: 'newest' } });
      else if (at.request.usedAt !== undefined || at.running?.step === 'done') expect(outcome.kind).toBe('void');
    });
  });

  test('nobody goes on who is barred, not there, not assigned, or whose enabled token is locked', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (outcome.kind === 'void' || at.result !== undefined) return;
      const isNamed = at.request.user !== undefined;
      const { barred, tokens } = known;
      const isLocked = tokens.some(({ enabled, lock }) => enabled && lock !== undefined);
      const mayNot = barred !== undefined || (isNamed && (!known.user?.assignments.length || isLocked));
      if (mayNot) expect(outcome.kind).toBe('denied');
    });
  });

  test('SR-3: passes without a code only where the host has checked the password and all tokens are deactivated', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (outcome.kind !== 'passed') return;
      expect(at.request.hostCheckedPassword).toBe(true);
      expect(outcome.passed.otp).toBe('skipped');
      expect(known.tokens.every(({ enabled }) => !enabled)).toBe(true);
      expect(known.environment?.differs).toBeUndefined();
    });
    const known = { ...fc.sample(facts, 1)[0], barred: undefined, user, environment: undefined } as RequestedFacts;
    const at = { request: { ...REQUEST, hostCheckedPassword: true }, running: undefined, result: undefined };
    const deactivated = [sampleToken({ enabled: false, owner: user.id })];
    expect(judge(at, { ...known, tokens: deactivated }).kind).toBe('passed');
  });
});
