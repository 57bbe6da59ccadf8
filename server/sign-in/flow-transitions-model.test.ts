import type { FactorOption } from '@countersign/protocol/flow';
import { describe, expect, test } from 'vitest';
import { idFromBytes } from '../kernel/ids.ts';
import { frozen, sampleResource, sampleUser, tokenId } from '../testing/samples.ts';
import type { PasskeyChallenge } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { completeFlow, type VerifiedFactors } from './complete-flow.ts';
import { FLOW_LIFETIME_MS, type Flow, type LoginRequest } from './flow.ts';
import {
  acceptFirstFactor,
  addEarlierFactors,
  countStep,
  createFlow,
  createRequestedFlow,
  createStepUpFlow,
  FLOW_WRONG_ANSWERS,
  failCodeSending,
  firstStep,
  holdsClaim,
  presentError,
  requestSecondFactor,
  retryStep,
  selectFactor,
  setLogin,
  setMailedCode,
} from './flow-transitions.ts';

// The complete flow after one move: it loses nothing that was shown or asked, and retains nothing longer than it
// counts.

const NOW = 1_800_000_000_500;
const SECOND = NOW - 500;
const RULE = { now: NOW, resultLifetimeMs: 60_000 };
const USER = sampleUser();
const ID = idFromBytes('flw', new Uint8Array(7));
const RESOURCE = sampleResource();
const ASKED = { nonce: 'nonce-0123456789', origin: 'https://shop.example' };
const FLOW: Flow = frozen(createFlow(ID, RESOURCE, ASKED, NOW));
const PASSWORD = { password: true, passwordDigest: 'digest' } as const;
const CODE: FactorOption = { id: 'code', kind: 'code' };
const SMS: FactorOption = { id: 'tok_1', kind: 'sms', name: 'Phone', to: '•••78' };
const SENT = { token: tokenId(1), to: '•••78', expiresAt: NOW + 1, resendAt: NOW + 1 };
const PASSKEY: PasskeyChallenge = {
  challenge: 'asked',
  allow: [],
  userVerification: 'preferred',
  rpId: 'auth.example',
  origin: 'https://auth.example',
};
const REQUEST: LoginRequest & { user: typeof USER.id } = {
  flow: ID,
  account: RESOURCE.account,
  resource: RESOURCE.id,
  user: USER.id,
  nonce: ASKED.nonce,
  hostCheckedPassword: true,
  secretHash: '',
  attemptsLeft: 3,
  createdAt: NOW,
  expiresAt: NOW + 7000,
};

describe('a new flow', () => {
  test('contains the input it was started with, and nothing else', () => {
    expect(FLOW).toStrictEqual({
      id: ID,
      account: RESOURCE.account,
      resource: RESOURCE.id,
      handleHash: '',
      ...ASKED,
      step: 'identify',
      seq: 0,
      passwordVerified: false,
      attemptsLeft: FLOW_WRONG_ANSWERS,
      createdAt: NOW,
      expiresAt: NOW + FLOW_LIFETIME_MS,
    });
  });

  test('keeps handle, preference, purpose, browser and the test behaviour of the resource', () => {
    const environment = { language: 'de' };
    const testMode = 'pass';
    const asked = { ...ASKED, handleHash: 'aa', prefer: 'sms', purpose: 'self', environment } as const;
    expect(createFlow(ID, { ...RESOURCE, testMode }, asked, NOW)).toStrictEqual({
      ...FLOW,
      handleHash: 'aa',
      prefer: 'sms',
      purpose: 'self',
      environment,
      test: testMode,
    });
  });
});

describe('the second factor', () => {
  test('is requested after a right password, in the preferred way', () => {
    const flow = acceptFirstFactor({ ...FLOW, prefer: 'sms' }, USER, PASSWORD, [CODE, SMS], {
      step: 'otp',
      sent: SENT,
    });
    expect(flow).toStrictEqual({
      ...FLOW,
      prefer: 'sms',
      seq: 1,
      user: USER.id,
      passwordVerified: true,
      passwordDigest: 'digest',
      step: 'otp',
      sent: SENT,
      factors: [CODE, SMS],
      factor: SMS.id,
    });
    expect(requestSecondFactor(FLOW, [])).toStrictEqual({ ...FLOW, step: 'otp', factors: [] });
  });

  test('is requested after a mailed code, which is used up with it', () => {
    const asked = setLogin(FLOW, 'alice', { methodPolicy: 'auto', firstFactor: 'mailed-code' });
    expect(asked).toStrictEqual({ ...FLOW, seq: 1, login: 'alice', step: 'mail' });
    if (asked.step !== 'mail') throw new Error(asked.step);
    const mailed = { mac: 'mac', triesLeft: 3, sentAt: NOW, expiresAt: NOW + 1 };
    const sent = setMailedCode({ ...asked, mailed: { ...mailed, mac: 'before' } }, mailed);
    expect(sent).toStrictEqual({ ...asked, seq: 2, mailed });
    expect(acceptFirstFactor(sent, USER, { mailboxDigest: 'digest' }, [CODE])).toStrictEqual({
      ...asked,
      seq: 3,
      user: USER.id,
      mailboxDigest: 'digest',
      step: 'otp',
      factors: [CODE],
      factor: CODE.id,
    });
  });

  test('or none ends a sign-in by a mailed code with a result that names its address', () => {
    const alone = { user: USER, otp: 'not_used', mailboxDigest: 'digest' } as const;
    expect(completeFlow(FLOW, alone, RULE).result).toMatchObject({ mailboxDigest: 'digest', amr: ['otp'], acr: '1' });
    const both = { user: USER, otp: 'verified', kind: 'totp' } as const;
    const { result } = completeFlow({ ...FLOW, mailboxDigest: 'before' }, both, RULE);
    expect(result).toMatchObject({ mailboxDigest: 'before', amr: ['otp', 'mfa'], acr: '2' });
    expect(completeFlow(FLOW, both, RULE).result).not.toHaveProperty('mailboxDigest');
  });

  test('in another way clears the question and the code of the previous way', () => {
    const before: Flow = { ...requestSecondFactor(FLOW, [CODE, SMS]), question: '12345678', sent: SENT };
    const { question: _question, sent: _sent, ...kept } = before;
    expect(selectFactor(before, SMS, { step: 'otp' })).toStrictEqual({ ...kept, seq: 1, step: 'otp', factor: SMS.id });
  });

  test('that could not be sent counts as an answer, and clears the earlier code if that is void', () => {
    const before: Flow = { ...requestSecondFactor(FLOW, [SMS]), sent: SENT };
    const { sent: _sent, ...without } = before;
    const stays = { seq: 1, attemptsLeft: FLOW_WRONG_ANSWERS - 1, error: { code: 'CODE_NOT_SENT' } };
    expect(failCodeSending(before, 'CODE_NOT_SENT', false)).toStrictEqual({ ...before, ...stays });
    expect(failCodeSending(before, 'CODE_NOT_SENT', true)).toStrictEqual({ ...without, ...stays });
  });

  test('that was wrong records the reason in the flow, and the wait if there is one', () => {
    const error = { code: 'OTP_WRONG' as const };
    const wrong = { ...FLOW, seq: 1, attemptsLeft: FLOW_WRONG_ANSWERS - 1, error };
    expect(retryStep(FLOW, 'OTP_WRONG')).toStrictEqual(wrong);
    expect(retryStep(FLOW, 'OTP_WRONG', NOW)).toStrictEqual({ ...wrong, error: { ...error, retryAt: NOW } });
    expect(retryStep({ ...FLOW, attemptsLeft: 1 }, 'OTP_WRONG')).toMatchObject({ step: 'denied', attemptsLeft: 0 });
    // Only the password wait has a maximum.
    const limit = { code: 'CODE_LIMIT' as const, retryAt: NOW + 3_600_000 };
    expect(presentError(limit, NOW)).toEqual({ code: 'CODE_LIMIT', retryAfterMs: 3_600_000 });
  });

  test('is claimed by no attempt until one claims it', () => {
    expect(holdsClaim(FLOW, 'a')).toBe(false);
  });

  // SR-61
  test('SR-61: a passkey gets one challenge for one response of any kind', () => {
    const before = {
      ...FLOW,
      passkey: PASSKEY,
      claim: { attempt: 'a', at: NOW },
      error: { code: 'OTP_WRONG' as const },
    };
    expect(countStep(before)).toStrictEqual({ ...FLOW, seq: 1 });
  });
});

describe('a login request', () => {
  const TRANSACTION = { fields: [], hash: 'ab', nonce: 'n' };

  test('asks for the second factor of the user that it names', () => {
    expect(createRequestedFlow(FLOW, REQUEST, 'alice', [CODE], { step: 'passkey', passkey: PASSKEY })).toStrictEqual({
      ...FLOW,
      user: USER.id,
      login: 'alice',
      attemptsLeft: 3,
      loginRequest: { hostCheckedPassword: true },
      step: 'passkey',
      passkey: PASSKEY,
      factors: [CODE],
      factor: CODE.id,
    });
    expect(createRequestedFlow(FLOW, REQUEST, undefined, [])).not.toHaveProperty('login');
  });

  // SR-45
  test('SR-45: of a transaction never leads to the step of a sign-in, and ends when the request does', () => {
    const flow = createRequestedFlow(FLOW, { ...REQUEST, transaction: TRANSACTION }, 'alice', [SMS], {
      step: 'otp',
      sent: SENT,
    });
    expect(flow).toMatchObject({ step: 'sign', sent: SENT, transaction: TRANSACTION, expiresAt: REQUEST.expiresAt });
  });

  test('that requires a level asks for what is missing, and ends when the earlier factors get too old', () => {
    const kept = { password: { at: NOW - 1, digest: 'd' } };
    const missing = { first: undefined, options: [CODE], offered: undefined, keptUntil: NOW + 5 };
    const request = { ...REQUEST, demand: { acr: '2' as const } };
    expect(createStepUpFlow(FLOW, request, 'alice', kept, missing)).toStrictEqual({
      ...FLOW,
      kept,
      passwordVerified: true,
      passwordDigest: 'd',
      user: USER.id,
      login: 'alice',
      attemptsLeft: 3,
      loginRequest: { hostCheckedPassword: false },
      demand: { acr: '2' },
      expiresAt: NOW + 5,
      step: 'otp',
      factors: [CODE],
      factor: CODE.id,
    });
    const late = { ...missing, first: 'password' as const, keptUntil: FLOW.expiresAt + 1 };
    const first = createStepUpFlow(FLOW, REQUEST, 'alice', {}, late);
    expect(first).toMatchObject({ step: 'password', expiresAt: FLOW.expiresAt, passwordVerified: false });
    const mail = createStepUpFlow(
      FLOW,
      REQUEST,
      'alice',
      {},
      { ...late, first: firstStep({ firstFactor: 'mailed-code' }) },
    );
    expect(mail).toMatchObject({ step: 'mail', login: 'alice' });
    expect(first).not.toHaveProperty('demand');
    expect(first).not.toHaveProperty('factors');
  });
});

describe('the end', () => {
  const passed: VerifiedFactors = { user: USER, otp: 'verified', token: tokenId(1), kind: 'totp' };
  const end = (flow: Flow, changes: Partial<VerifiedFactors> = {}) =>
    completeFlow(flow, { ...passed, ...changes }, RULE);

  test('records every factor shown, and when', () => {
    const { flow, result } = end({ ...FLOW, passwordVerified: true, passwordDigest: 'd' }, { environment: 0 });
    expect(result).toStrictEqual({
      flow: ID,
      account: RESOURCE.account,
      resource: RESOURCE.id,
      user: USER.id,
      login: USER.login,
      ...ASKED,
      amr: ['pwd', 'otp', 'mfa'],
      acr: '2',
      otp: 'verified',
      token: tokenId(1),
      kind: 'totp',
      passwordAt: NOW,
      passwordDigest: 'd',
      secondAt: NOW,
      environment: 0,
      authenticatedAt: NOW,
      issuedAt: SECOND,
      expiresAt: SECOND + 60_000,
    });
    expect(flow).toMatchObject({ step: 'done', seq: 1, user: USER.id, expiresAt: SECOND + 60_000 });
  });

  test('records nothing that was not shown', () => {
    const { result } = completeFlow(FLOW, { user: USER, otp: 'not_used' }, RULE);
    expect(result).toStrictEqual({
      flow: ID,
      account: RESOURCE.account,
      resource: RESOURCE.id,
      user: USER.id,
      login: USER.login,
      ...ASKED,
      amr: [],
      acr: '1',
      otp: 'not_used',
      authenticatedAt: NOW,
      issuedAt: SECOND,
      expiresAt: SECOND + 60_000,
    });
  });

  test('is as old as the oldest factor that it counts', () => {
    const shown: Flow = addEarlierFactors(FLOW, { password: { at: NOW - 9000, digest: 'd' } });
    expect(end(shown).result).toMatchObject({ passwordAt: NOW - 9000, secondAt: NOW, authenticatedAt: NOW - 9000 });
    const second = { at: NOW - 8000, token: tokenId(1), kind: 'totp' as const, methods: ['otp', 'pin'] };
    const { result } = end(FLOW, { password: true, passwordDigest: 'new', second });
    expect(result).toMatchObject({
      passwordAt: NOW,
      passwordDigest: 'new',
      secondAt: NOW - 8000,
      authenticatedAt: NOW - 8000,
    });
    expect(result.amr).toStrictEqual(['pwd', 'otp', 'pin', 'mfa']);
    expect(end({ ...FLOW, passwordVerified: true }).result).not.toHaveProperty('passwordDigest');
    // A retained second factor says nothing of the password.
    const keptSecond: Flow = { ...FLOW, kept: { second }, passwordVerified: true };
    expect(end(keptSecond, { second }).result).toMatchObject({ passwordAt: NOW, secondAt: NOW - 8000 });
    // A password verified now counts from now, whatever was retained.
    expect(end(shown, { password: true }).result.passwordAt).toBe(NOW);
  });

  test.each<[Partial<VerifiedFactors>, string[], '1' | '2']>([
    [{ kind: 'totp' }, ['otp'], '1'],
    [{ kind: 'totp', pin: true }, ['otp', 'pin'], '1'],
    [{ kind: 'sms' }, ['otp', 'sms'], '1'],
    [{ kind: 'sms', pin: true }, ['otp', 'sms', 'pin'], '1'],
    [{ kind: 'webauthn', passkey: { synced: true, userVerified: false } }, ['swk'], '1'],
    [{ kind: 'webauthn', passkey: { synced: false, userVerified: false } }, ['hwk'], '1'],
    [{ kind: 'webauthn', passkey: { synced: false, userVerified: true } }, ['hwk', 'user', 'mfa'], '2'],
    [
      { second: { at: NOW, token: tokenId(1), kind: 'webauthn', methods: ['swk', 'user'], isTwo: true } },
      ['swk', 'user', 'mfa'],
      '2',
    ],
  ])('by %j alone is %j', (changes, amr, acr) => {
    expect(end(FLOW, changes).result).toMatchObject({ amr, acr });
  });

  // SR-45. The attack: an answer to one transaction completes another, or a sign-in.
  test('SR-45: does not exist if the answer was to another transaction', () => {
    const asked: Flow = { ...FLOW, transaction: { fields: [], hash: 'ab', nonce: 'n' } };
    expect(end(asked, { signed: 'ab' }).result).toMatchObject({ transaction: 'ab' });
    expect(() => end(asked, { signed: 'cd' })).toThrow('what was answered is not what was asked');
    expect(() => end(asked)).toThrow(TypeError);
    expect(() => end(FLOW, { signed: 'ab' })).toThrow(TypeError);
  });

  test('of a test is marked as one, and names no user in the flow', () => {
    const mode = 'pass';
    const { flow, result } = end({ ...FLOW, test: mode }, { user: { id: 'test', login: 'test' } });
    expect(result).toMatchObject({ user: 'test', test: true });
    expect(flow).not.toHaveProperty('user');
  });
});
