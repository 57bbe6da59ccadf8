import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import { describe, expect, test } from 'vitest';
import { passwordDigest } from '../passwords/password-digest.ts';
import { sampleToken, sampleUser, tokenId } from '../testing/samples.ts';
import type { Token } from '../tokens/token.ts';
import { hasFirstFactor, isBeyondMailbox, isFirstFactorCurrent, mailboxDigest, mailboxOf } from './first-factor.ts';
import { secondFactorTokens } from './second-factor.ts';

const MAILS = { firstFactor: 'mailed-code' } as const;
const email = 'alice@shop.example';

test('SR-67: a code goes to no address that its user set with a password alone, and to none that is none', () => {
  expect(mailboxOf({ email })).toBe(email);
  expect(mailboxOf({ email, emailOnPassword: 'before@shop.example' })).toBe(email);
  expect(mailboxOf({ email, emailOnPassword: email })).toBeUndefined();
  expect(mailboxOf({ email: 'alice@shop.example,eve@evil.example' })).toBeUndefined();
  expect(mailboxOf({})).toBeUndefined();
});

test('the first factor is the mailbox where codes are mailed, and elsewhere the password', () => {
  const [byMail, byPassword] = [sampleUser({ email }), sampleUser({ passwordHash: 'hash' })];
  expect([byMail, byPassword].map((user) => hasFirstFactor(MAILS, user))).toEqual([true, false]);
  for (const usual of [{}, { firstFactor: 'password' }] as const) {
    expect([byMail, byPassword].map((user) => hasFirstFactor(usual, user))).toEqual([false, true]);
  }
});

test('SR-69: beside a mailed code, tokens with mailed codes do not exist', () => {
  const app = sampleToken();
  const mail: Token = { ...sampleToken({ id: tokenId(2) }), factor: { kind: 'email', to: email } } as Token;
  expect(secondFactorTokens(MAILS, [app, mail])).toEqual([app]);
  expect(secondFactorTokens({}, [app, mail])).toEqual([app, mail]);
  expect(TOKEN_KINDS.filter((kind) => !isBeyondMailbox(kind))).toEqual(['email']);
  expect(isBeyondMailbox(undefined)).toBe(false);
});

test('SR-38: a password that was shown counts while it is the same, and asked for', () => {
  const user = sampleUser({ passwordHash: 'hash' });
  const shown = { passwordVerified: true, passwordDigest: passwordDigest(user) };
  expect(isFirstFactorCurrent(shown, {}, user)).toBe(true);
  expect(isFirstFactorCurrent(shown, {}, { ...user, passwordHash: 'new' })).toBe(false);
  expect(isFirstFactorCurrent(shown, MAILS, user)).toBe(false);
  const none = { passwordVerified: false };
  expect([{}, MAILS].map((resource) => isFirstFactorCurrent(none, resource, user))).toEqual([true, true]);
});

// SR-39. The attack: a block is lifted again, and the sign-in that began before it goes on.
test('SR-39: what was shown, or the word of a host, ends with a raised epoch, also where nothing else changed', () => {
  const user = sampleUser({ passwordHash: 'hash', email });
  const raised = { ...user, credentialEpoch: 1 };
  for (const credentialEpoch of [0, 1]) {
    const shown = { passwordVerified: true, passwordDigest: passwordDigest(user), credentialEpoch };
    expect(isFirstFactorCurrent(shown, {}, user)).toBe(credentialEpoch === 0);
    const named = { passwordVerified: false, credentialEpoch };
    expect(isFirstFactorCurrent(named, {}, user)).toBe(credentialEpoch === 0);
    expect(isFirstFactorCurrent(named, {}, raised)).toBe(credentialEpoch === 1);
  }
  expect(isFirstFactorCurrent({ passwordVerified: false }, {}, raised)).toBe(true);
});

describe('SR-4: a mailed code that was shown', () => {
  const user = sampleUser({ email });

  test('counts while address and setting are the same, and the user has reported no sign-in since', () => {
    const shown = { passwordVerified: false, mailboxDigest: mailboxDigest(user) };
    expect(isFirstFactorCurrent(shown, MAILS, user)).toBe(true);
    expect(isFirstFactorCurrent(shown, MAILS, { ...user, credentialEpoch: 1 })).toBe(false);
    expect(isFirstFactorCurrent(shown, MAILS, { ...user, email: 'new@shop.example' })).toBe(false);
    expect(isFirstFactorCurrent(shown, {}, user)).toBe(false);
  });

  test('is of one user: the same address of another is another mailbox', () => {
    expect(mailboxDigest(user)).toMatch(/^[\w-]{43}$/);
    expect(mailboxDigest(user)).not.toBe(mailboxDigest({ ...user, id: 'usr_00000000002' }));
  });
});
