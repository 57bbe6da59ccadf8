import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { describe, expect, test } from 'vitest';
import type { Authentication, Demand } from '../../authentication/step-up.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import type { Resource } from '../../resources/resource.ts';
import { accountId, frozen, resourceId, sampleToken, sampleUser, tokenId } from '../../testing/samples.ts';
import type { Flow, LoginRequest } from '../flow.ts';
import { createFlow } from '../flow-transitions.ts';
import { type StepUpFacts, startStepUp } from './step-up-start.ts';

const NOW = 1_800_000_000_000;
const ID = idFromBytes('flw', new Uint8Array(10));
const REMEMBER_MS = 600_000;
const RESOURCE: Resource = {
  id: resourceId(1),
  account: accountId(1),
  name: 'Shop',
  enabled: true,
  failedAttemptsBeforeLock: 5,
  methodPolicy: 'password-otp',
  allowedOrigins: [],
  allowLocalhost: false,
  resultLifetimeMs: 60_000,
  rememberMs: REMEMBER_MS,
  createdAt: 0,
  createdBy: { kind: 'operator' },
};
const BEGUN: Flow = frozen(createFlow(ID, RESOURCE, { nonce: 'nonce', origin: 'https://shop.example' }, NOW));
const USER = sampleUser({ passwordHash: 'hash' });
const TOKEN = sampleToken({ owner: USER.id });
const PASSWORD = { at: NOW - 1000, digest: 'digest' };
const SECOND = { at: NOW - 2000, token: TOKEN.id, kind: 'totp' as const, methods: ['otp'] };
const EARLIER: Authentication = { account: RESOURCE.account, resource: RESOURCE.id, user: USER.id };
const FACTS: StepUpFacts = {
  resource: RESOURCE,
  user: USER,
  passwordDigest: 'digest',
  tokens: [TOKEN],
  earlier: undefined,
  environment: undefined,
  offered: undefined,
};
const requestOf = (demand: Demand | undefined): LoginRequest & { user: typeof USER.id } => ({
  flow: ID,
  account: RESOURCE.account,
  resource: RESOURCE.id,
  user: USER.id,
  nonce: 'nonce',
  hostCheckedPassword: false,
  ...omitUndefined({ demand }),
  secretHash: '',
  attemptsLeft: 5,
  createdAt: NOW,
  expiresAt: NOW + 1,
});
const begin = (changes: Partial<StepUpFacts>, demand: Demand | undefined = { acr: '2' }) =>
  startStepUp(BEGUN, requestOf(demand), frozen({ ...FACTS, ...changes }), NOW);

// SR-4
describe('a required level', () => {
  test('asks for both factors if none was shown before', () => {
    expect(begin({})).toStrictEqual({
      flow: {
        ...BEGUN,
        kept: {},
        step: 'password',
        user: USER.id,
        login: USER.login,
        attemptsLeft: 5,
        loginRequest: { hostCheckedPassword: false },
        demand: { acr: '2' },
      },
    });
  });

  test('asks for the second factor alone after a password that still counts, for as long as it counts', () => {
    const offered = { step: 'otp' as const, question: '12345678' };
    const asked = begin({ earlier: { ...EARLIER, password: PASSWORD }, offered });
    expect(asked).toMatchObject({
      flow: {
        step: 'otp',
        question: '12345678',
        kept: { password: PASSWORD },
        passwordVerified: true,
        factors: [{ kind: 'code' }],
        expiresAt: PASSWORD.at + REMEMBER_MS,
      },
    });
  });

  test('asks for nothing if both were shown, and names them', () => {
    const kept = { password: PASSWORD, second: SECOND };
    expect(begin({ earlier: { ...EARLIER, ...kept }, environment: { percent: 80 } })).toStrictEqual({
      flow: { ...BEGUN, kept, passwordVerified: true, passwordDigest: 'digest', demand: { acr: '2' } },
      passed: { user: USER, otp: 'verified', token: TOKEN.id, kind: 'totp', second: SECOND, environment: 80 },
    });
  });

  test('with a maximum age asks again for older factors, even if the resource remembers them', () => {
    const earlier = { ...EARLIER, password: PASSWORD, second: SECOND };
    const asked = begin({ earlier }, { acr: '2', maxAgeMs: 1500 });
    expect(asked).toMatchObject({ flow: { step: 'otp', kept: { password: PASSWORD }, expiresAt: NOW + 500 } });
    expect(begin({ earlier }, { acr: '2', maxAgeMs: 0 })).toMatchObject({ flow: { step: 'password', kept: {} } });
    expect(begin({ earlier, resource: { ...RESOURCE, rememberMs: 0 } })).toMatchObject({ flow: { kept: {} } });
  });

  // The attack: a remembered sign-in is used in another browser, by another account, or after its token was locked.
  test('builds on no factor that is no longer theirs', () => {
    const kept = { password: PASSWORD, second: SECOND };
    const earlier = { ...EARLIER, ...kept };
    const differs = begin({ earlier, environment: { percent: 10, differs: 'demand-otp' } });
    expect(differs).toMatchObject({ flow: { step: 'password', kept: {} } });
    expect(begin({ earlier: { ...earlier, account: accountId(2) } })).toMatchObject({ flow: { kept: {} } });
    const other = sampleToken({ id: tokenId(2), owner: USER.id });
    expect(begin({ earlier, tokens: [other] })).toMatchObject({ flow: { step: 'otp', kept: { password: PASSWORD } } });
  });

  // The attack: the password was guessed, so its site mails codes instead, and the guesser's sign-in is still remembered.
  test('builds on no password where a code is mailed in its place', () => {
    const earlier = { ...EARLIER, password: PASSWORD, second: SECOND };
    const user = sampleUser({ passwordHash: 'hash', email: 'alice@shop.example' });
    const asked = begin({ earlier, user, resource: { ...RESOURCE, firstFactor: 'mailed-code' } });
    expect(asked).toMatchObject({ flow: { step: 'mail', kept: { second: SECOND }, passwordVerified: false } });
    expect(asked).not.toHaveProperty('flow.kept.password');
  });

  test('is refused to a user who cannot reach it, or whose browser is refused', () => {
    expect(begin({ tokens: [] })).toStrictEqual({ refused: 'LEVEL_UNREACHABLE' });
    expect(begin({ user: sampleUser() })).toStrictEqual({ refused: 'LEVEL_UNREACHABLE' });
    expect(begin({ environment: { percent: 0, differs: 'refuse' } })).toStrictEqual({
      refused: 'ENVIRONMENT_MISMATCH',
    });
  });

  test('of one factor is met by the resource’s own factors, and reports a dropped code', () => {
    const earlier = { ...EARLIER, password: PASSWORD };
    const byPassword = { ...RESOURCE, methodPolicy: 'password' as const };
    const kept = { password: PASSWORD };
    const flow = { ...BEGUN, kept, passwordVerified: true, passwordDigest: 'digest', demand: { acr: '1' } };
    expect(begin({ earlier, resource: byPassword, environment: { percent: null } }, { acr: '1' })).toStrictEqual({
      flow,
      passed: { user: USER, otp: 'not_used' },
    });
    expect(begin({ earlier, tokens: [{ ...TOKEN, enabled: false }] }, { acr: '1' })).toStrictEqual({
      flow,
      passed: { user: USER, otp: 'skipped' },
    });
    const undemanded = startStepUp(BEGUN, requestOf(undefined), { ...FACTS, earlier, resource: byPassword }, NOW);
    expect(undemanded).not.toHaveProperty('flow.demand');
  });

  test('does not claim that a second factor was not required', () => {
    const earlier = { ...EARLIER, password: PASSWORD, second: SECOND };
    const outcome = begin({ earlier, resource: { ...RESOURCE, methodPolicy: 'password' } }, { acr: '1' });
    expect(outcome).toMatchObject({ passed: { otp: 'not_used' } });
    expect(outcome).not.toHaveProperty('passed.token');
  });
});
