import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idFromBytes } from '../../kernel/ids.ts';
import { frozen, sampleResource, sampleToken, sampleUser, tokenId } from '../../testing/samples.ts';
import type { Token } from '../../tokens/token.ts';
import type { PendingEnrolment } from '../enrolment/pending-enrolment.ts';
import type { Flow, LoginRequest, ResultRecord } from '../flow.ts';
import { createFlow, FLOW_WRONG_ANSWERS } from '../flow-transitions.ts';
import {
  decideLoginRequestStart,
  type LoginRequestContext,
  type LoginRequestFacts,
} from './start-from-login-request.ts';

const NOW = 1_800_000_000_000;
const ID = idFromBytes('flw', new Uint8Array(10));
const RESOURCE = sampleResource();
const begin = (handleHash: string) =>
  createFlow(ID, RESOURCE, { nonce: 'nonce', origin: 'https://shop.example', handleHash }, NOW);
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

function runningAt({ step, attemptsLeft, isClaimed }: Running): Flow {
  const claim = { attempt: 'one', seq: 0, at: NOW };
  const flow = { ...BEFORE, attemptsLeft, ...(isClaimed && { claim }) };
  const flows: Record<Running['step'], Flow> = {
    identify: flow,
    otp: { ...flow, step: 'otp' },
    done: { ...flow, step: 'done' },
    denied: { ...flow, step: 'denied', error: { code: 'ACCESS_DENIED' } },
  };
  return flows[step];
}

interface Running {
  step: 'otp' | 'identify' | 'done' | 'denied';
  attemptsLeft: number;
  isClaimed: boolean;
}
const absent = { nil: undefined, freq: 2 };
const running = fc.option(
  fc.record({
    step: fc.constantFrom('otp', 'identify', 'done', 'denied'),
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
  .map(({ running, isNamed, isOwnPage, isPasswordChecked, usedAt, consumedAt }): LoginRequestContext => {
    const { user: named, ...unnamed } = REQUEST;
    const isDone = running?.step === 'done';
    return frozen({
      request: {
        ...unnamed,
        ...(isNamed && { user: named }),
        ...(isOwnPage && { redirectUri: 'https://shop.example/back' }),
        ...omitUndefined({ usedAt }),
        hostCheckedPassword: isPasswordChecked,
      },
      running: running && runningAt(running),
      result: isDone ? { ...RESULT, ...omitUndefined({ consumedAt }) } : undefined,
    });
  });
/** Of no consequence to a user with a token. */
const ENROLLING: PendingEnrolment = {
  kinds: ['totp'],
  basis: 'site-password',
  credentialEpoch: 0,
  passed: { otp: 'not_used' },
  mayWait: false,
};
const facts = fc
  .record({
    isBarred: fc.boolean(),
    isThere: fc.boolean(),
    enabled: fc.boolean(),
    isLocked: fc.boolean(),
    isAssigned: fc.boolean(),
    differs: fc.option(fc.constantFrom('demand-otp' as const, 'refuse' as const), absent),
    isEnrolmentDue: fc.boolean(),
  })
  .map((given): LoginRequestFacts => {
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
      enrolling: given.isEnrolmentDue ? ENROLLING : undefined,
      replacement: undefined,
    };
  });

const holds = (check: (at: LoginRequestContext, known: LoginRequestFacts) => void) =>
  fc.assert(fc.property(place, facts, check), { numRuns: 500 });
const judge = (at: LoginRequestContext, known: LoginRequestFacts) => decideLoginRequestStart(at, FRESH, known, NOW);

describe('starting with a login request', () => {
  test('SR-5: on the hosted page nothing is taken over, not even a result: another user may have the page now', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (at.request.redirectUri === undefined || outcome.kind === 'void') return;
      expect(at.running?.step).not.toBe('done');
      expect(outcome.flow.claim).toBeUndefined();
      expect(outcome.flow.handleHash).toBe('newest');
    });
  });

  test('SR-14: starting again gives no attempt back, and an answer being checked was one', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (!at.running || outcome.kind === 'void' || outcome.kind === 'passed') return;
      const { attemptsLeft, claim } = at.running;
      expect(outcome.flow.attemptsLeft).toBeLessThanOrEqual(attemptsLeft);
      if (claim && !outcome.flow.claim) expect(outcome.flow.attemptsLeft).toBe(attemptsLeft - 1);
    });
  });

  test('SR-5: a used request starts nothing, but shows an unconsumed result to the page that has it', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      const isShown = at.request.redirectUri === undefined && at.result !== undefined && !at.result.consumedAt;
      if (isShown) expect(outcome).toEqual({ kind: 'goes-on', flow: { ...at.running, handleHash: 'newest' } });
      else if (at.request.usedAt !== undefined || at.running?.step === 'done') expect(outcome.kind).toBe('void');
    });
  });

  test('refuses a user who is barred, does not exist, is not assigned, or whose enabled token is locked', () => {
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

  test('SR-3: passes without a code only if the host has checked the password and all tokens are deactivated', () => {
    holds((at, known) => {
      const outcome = judge(at, known);
      if (outcome.kind !== 'passed') return;
      expect(at.request.hostCheckedPassword).toBe(true);
      expect(outcome.passed.otp).toBe('skipped');
      expect(known.tokens.every(({ enabled }) => !enabled)).toBe(true);
      expect(known.environment?.differs).toBeUndefined();
    });
    const known = { ...fc.sample(facts, 1)[0], barred: undefined, user, environment: undefined } as LoginRequestFacts;
    const at = { request: { ...REQUEST, hostCheckedPassword: true }, running: undefined, result: undefined };
    const deactivated = [sampleToken({ enabled: false, owner: user.id })];
    expect(judge(at, { ...known, tokens: deactivated }).kind).toBe('passed');
  });
});

describe('the decision for a page that starts', () => {
  const known: LoginRequestFacts = {
    resource: RESOURCE,
    barred: undefined,
    user,
    passwordDigest: '',
    tokens: [sampleToken({ owner: user.id })],
    earlier: undefined,
    environment: undefined,
    offered: undefined,
    enrolling: undefined,
    replacement: undefined,
  };
  const deactivated = [sampleToken({ enabled: false, owner: user.id })];
  const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = sampleToken({ owner: user.id });
  const mailed: Token = { ...record, factor: { kind: 'email', to: 'alice@example.com' } };
  const TRANSACTION = { fields: [], hash: 'ab', nonce: 'n' };
  const { user: _named, ...unnamed } = REQUEST;
  const OWN_PAGE = { redirectUri: 'https://shop.example/back' };
  const begins = (
    request: Partial<LoginRequest>,
    changes: Partial<LoginRequestFacts> = {},
    { running, result }: Partial<LoginRequestContext> = {},
  ) => judge({ request: { ...REQUEST, ...request }, running, result }, { ...known, ...changes });
  const beginsUnnamed = (running?: Flow, barred?: LoginRequestFacts['barred']) =>
    judge({ request: { ...unnamed, ...OWN_PAGE }, running, result: undefined }, { ...known, user: undefined, barred });

  test('asks the named user for the second factor', () => {
    const outcome = begins({ attemptsLeft: 7 }, { offered: { step: 'otp', question: '12345678' } });
    expect(outcome).toMatchObject({
      kind: 'goes-on',
      flow: { step: 'otp', user: user.id, login: user.login, attemptsLeft: 7, question: '12345678', factor: 'code' },
    });
  });

  test('gives a running sign-in to the newest page as it is', () => {
    const running: Flow = { ...BEFORE, step: 'otp', attemptsLeft: 2, environment: { language: 'de' } };
    const fresh = { ...FRESH, origin: 'https://www.shop.example', environment: { language: 'en' } };
    const at = { request: REQUEST, running, result: undefined };
    const { handleHash, origin, environment } = fresh;
    const flow = { ...running, handleHash, origin, environment };
    expect(decideLoginRequestStart(at, fresh, known, NOW)).toStrictEqual({ kind: 'goes-on', flow });
    const demanding = { ...at, request: { ...REQUEST, demand: { acr: '2' as const } } };
    expect(decideLoginRequestStart(demanding, fresh, known, NOW)).toStrictEqual({ kind: 'goes-on', flow });
    expect(judge(at, known)).toStrictEqual({ kind: 'goes-on', flow: { ...running, handleHash: FRESH.handleHash } });
  });

  test('on the hosted page starts over with the remaining attempts, and with none left denies', () => {
    const claim = { attempt: 'one', at: NOW };
    const running: Flow = { ...BEFORE, step: 'otp', attemptsLeft: 2 };
    const again = begins(OWN_PAGE, {}, { running });
    expect(again).toMatchObject({ kind: 'goes-on', flow: { handleHash: 'newest', attemptsLeft: 2 } });
    const denial = { kind: 'denied', flow: { ...FRESH, attemptsLeft: 0 }, code: 'TOO_MANY_ATTEMPTS' };
    expect(begins(OWN_PAGE, {}, { running: { ...running, attemptsLeft: 1, claim } })).toStrictEqual(denial);
    expect(begins({}, {}, { running: { ...running, attemptsLeft: 0 } }).kind).toBe('goes-on');
  });

  test('asks for the login if none is given, as often as there are attempts', () => {
    expect(beginsUnnamed()).toStrictEqual({ kind: 'asks-name', flow: FRESH });
    const running: Flow = { ...BEFORE, step: 'denied', error: { code: 'ACCESS_DENIED' }, attemptsLeft: 3 };
    expect(beginsUnnamed(running)).toStrictEqual({ kind: 'asks-name', flow: { ...FRESH, attemptsLeft: 3 } });
    expect(beginsUnnamed(undefined, 'FILTER_DENIED')).toStrictEqual({
      kind: 'denied',
      flow: FRESH,
      code: 'FILTER_DENIED',
    });
  });

  test('is void once a named sign-in was denied, a result was consumed, or the request was used', () => {
    const denied: Flow = { ...BEFORE, step: 'denied', error: { code: 'ACCESS_DENIED' } };
    const done: Flow = { ...BEFORE, step: 'done' };
    expect(begins({}, {}, { running: denied })).toStrictEqual({ kind: 'void' });
    expect(begins({}, {}, { running: done, result: { ...RESULT, consumedAt: NOW } })).toStrictEqual({ kind: 'void' });
    expect(begins({}, {}, { running: done })).toStrictEqual({ kind: 'void' });
    expect(begins({}, {}, { running: denied, result: RESULT })).toStrictEqual({ kind: 'void' });
    expect(begins(OWN_PAGE, {}, { running: done, result: RESULT })).toStrictEqual({ kind: 'void' });
    expect(begins({ usedAt: NOW })).toStrictEqual({ kind: 'void' });
  });

  test.each<[string, Partial<LoginRequest>, Partial<LoginRequestFacts>, string, boolean]>([
    ['is not there', {}, { user: undefined }, 'ACCESS_DENIED', false],
    ['is not assigned', {}, { user: sampleUser() }, 'ACCESS_DENIED', false],
    [
      'is not there, and whose token is',
      { hostCheckedPassword: true },
      { user: undefined, tokens: deactivated },
      'ACCESS_DENIED',
      false,
    ],
    ['is assigned with a token that moved on', {}, { tokens: [] }, 'ACCESS_DENIED', false],
    [
      'signs, assigned with a token that moved on',
      { transaction: TRANSACTION },
      { tokens: [] },
      'ACCESS_DENIED',
      false,
    ],
    [
      'has to reach a level, assigned with a token that moved on',
      { demand: { acr: '1' } },
      { user: { ...user, passwordHash: 'hash' }, tokens: [] },
      'ACCESS_DENIED',
      false,
    ],
    ['has only deactivated tokens', {}, { tokens: deactivated }, 'ACCESS_DENIED', false],
    [
      'has a mailed code alone after a reset by mail',
      {},
      { user: { ...user, needsConfirmation: {} }, tokens: [mailed] },
      'CONFIRMATION_REQUIRED',
      false,
    ],
    ['has no token that signs', { transaction: TRANSACTION }, {}, 'SIGNING_TOKEN_MISSING', false],
    ['cannot reach the level', { demand: { acr: '2' } }, {}, 'LEVEL_UNREACHABLE', true],
    [
      'would pass without a code in a browser that differs',
      { hostCheckedPassword: true },
      { tokens: deactivated, environment: { percent: 0, differs: 'demand-otp' } },
      'ENVIRONMENT_MISMATCH',
      true,
    ],
    // SR-38. The attack: a thief of the site's password sets up the first token in their own browser.
    [
      'would set up a first token in a browser that differs',
      { hostCheckedPassword: true },
      {
        user: sampleUser({ assignments: [{ resource: RESOURCE.id, alone: true, tokens: [] }] }),
        tokens: [],
        enrolling: ENROLLING,
        environment: { percent: 0, differs: 'demand-otp' },
      },
      'ENVIRONMENT_MISMATCH',
      true,
    ],
  ])('is a denial for a user who %s', (_what, request, changes, code, isOfEnvironment) => {
    const outcome = begins(request, changes);
    expect(outcome).toMatchObject({ kind: 'denied', code });
    expect('isOfEnvironment' in outcome && outcome.isOfEnvironment).toBe(isOfEnvironment);
  });

  test('of a transaction is the step that signs, for a device that is bound to it', () => {
    const suite = 'OCRA-1:HOTP-SHA256-8:QN08' as never;
    const tokens = [{ ...record, sealedSecret: '', factor: { kind: 'ocra' as const, suite, driftSteps: 0 } }];
    const outcome = begins({ transaction: TRANSACTION }, { tokens });
    expect(outcome).toMatchObject({ kind: 'goes-on', flow: { step: 'sign', transaction: TRANSACTION } });
  });

  test('of a demand starts with the first factor', () => {
    const outcome = begins({ demand: { acr: '1' } }, { user: { ...user, passwordHash: 'hash' } });
    expect(outcome).toMatchObject({ kind: 'goes-on', flow: { step: 'password', demand: { acr: '1' } } });
  });

  test('is the end of a demand that an earlier sign-in meets', () => {
    const earlier = {
      account: RESOURCE.account,
      resource: RESOURCE.id,
      user: user.id,
      password: { at: NOW, digest: '' },
      second: { at: NOW, token: tokenId(1), kind: 'totp' as const, methods: ['otp'] },
    };
    const resource = { ...RESOURCE, rememberMs: 1000 };
    const outcome = begins({ demand: { acr: '2' } }, { earlier, resource, user: { ...user, passwordHash: 'hash' } });
    expect(outcome).toMatchObject({ kind: 'passed', passed: { otp: 'verified', token: tokenId(1) } });
  });

  test('reports the browser’s match also if no code is needed', () => {
    const skips = (environment: LoginRequestFacts['environment']) =>
      begins({ hostCheckedPassword: true }, { tokens: deactivated, environment });
    expect(skips({ percent: 80 })).toMatchObject({ kind: 'passed', passed: { user, otp: 'skipped', environment: 80 } });
    expect(skips({ percent: null })).not.toHaveProperty('passed.environment');
    expect(skips(undefined)).not.toHaveProperty('passed.environment');
  });
});
