import { FACTOR_KINDS } from '@countersign/protocol/flow';
import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import { expect, test } from 'vitest';
import { KIND_ACTIONS } from './actions.ts';
import { isSubstitute, KIND_RULES, kindOfFactor } from './rules.ts';

const kindsWith = (matches: (kind: (typeof TOKEN_KINDS)[number]) => unknown) => TOKEN_KINDS.filter(matches);

test('every factor is that of a kind, and every kind has one', () => {
  expect(FACTOR_KINDS.map(kindOfFactor)).not.toContain(undefined);
  expect(new Set(TOKEN_KINDS.map((kind) => KIND_RULES[kind].factor))).toEqual(new Set(FACTOR_KINDS));
});

test('the kinds of one factor ask at the same step, and answer in the same form', () => {
  for (const kind of TOKEN_KINDS) {
    const { factor, step, answer, isSubstitute: substitutes } = KIND_RULES[kind];
    const first = kindOfFactor(factor);
    expect(first && KIND_RULES[first]).toMatchObject({ step, answer, isSubstitute: substitutes });
  }
});

test('a kind that needs a challenge can have one created in a sign-in and over the API', () => {
  for (const kind of kindsWith((one) => KIND_RULES[one].isChallenged)) {
    expect(KIND_ACTIONS[kind]).toMatchObject({ prepare: expect.any(Function), challenge: expect.any(Function) });
  }
});

// SR-45
test('only an answer to a challenge confirms a transaction', () => {
  expect(kindsWith((kind) => KIND_RULES[kind].transactionMax !== undefined)).toEqual([
    'webauthn',
    'ocra',
    'sms',
    'email',
  ]);
  expect(kindsWith((kind) => KIND_RULES[kind].transactionMax !== undefined)).toEqual(
    kindsWith((kind) => KIND_ACTIONS[kind].prepare),
  );
});

// SR-17. Attack: type a name to learn of its tokens, or to make the service send a message to its owner.
test('before the user is known, only factors without a challenge are offered', () => {
  expect(kindsWith((kind) => KIND_RULES[kind].anonymousOption)).toEqual(['totp', 'hotp', 'recovery']);
  expect(kindsWith((kind) => KIND_RULES[kind].anonymousOption && KIND_ACTIONS[kind].prepare)).toEqual([]);
});

test('only recovery codes replace another token', () => {
  expect(FACTOR_KINDS.filter(isSubstitute)).toEqual(['recovery']);
});

// SR-48, SR-69
test('only text messages are restricted, and only mail proves a mailbox', () => {
  expect(kindsWith((kind) => KIND_RULES[kind].isRestricted)).toEqual(['sms']);
  expect(kindsWith((kind) => KIND_RULES[kind].isMailbox)).toEqual(['email']);
});

// SR-8, SR-21
test('a kind made from a seed seals it, remembers how far it was used, and can be resynchronised', () => {
  const seeded = ['totp', 'hotp', 'ocra'];
  expect(kindsWith((kind) => KIND_RULES[kind].seed)).toEqual(seeded);
  expect(kindsWith((kind) => KIND_RULES[kind].sealedSecrets)).toEqual(seeded);
  expect(kindsWith((kind) => KIND_RULES[kind].import)).toEqual(seeded);
  expect(kindsWith((kind) => KIND_ACTIONS[kind].resync)).toEqual(seeded);
});

test('a kind whose codes are sent has an address that can change', () => {
  expect(kindsWith((kind) => KIND_RULES[kind].address)).toEqual(['sms', 'email']);
  expect(kindsWith((kind) => KIND_RULES[kind].withAddress)).toEqual(['sms', 'email']);
});

test('a passkey is created by its owner alone, and stays theirs', () => {
  expect(kindsWith((kind) => !KIND_ACTIONS[kind].create)).toEqual(['webauthn']);
  expect(kindsWith((kind) => KIND_RULES[kind].isBoundToOwner)).toEqual(['webauthn']);
});

// SR-2
test('the first code of a kind that can be guessed is counted', () => {
  expect(kindsWith((kind) => KIND_ACTIONS[kind].enrol?.refuseProof)).toEqual(['sms', 'email']);
});

// What a result and the audit log say of a sign-in.
test('each kind is reported by its RFC 8176 methods and its name in events', () => {
  const reported = TOKEN_KINDS.map((kind) => [kind, KIND_RULES[kind].methods, KIND_RULES[kind].eventFactor]);
  expect(reported).toEqual([
    ['webauthn', [], 'passkey'],
    ['totp', ['otp'], 'otp'],
    ['hotp', ['otp'], 'otp'],
    ['ocra', ['otp'], 'otp'],
    ['sms', ['otp', 'sms'], 'otp'],
    ['email', ['otp'], 'otp'],
    ['recovery', ['otp'], 'otp'],
  ]);
});

test('a code has a PIN, and a passkey and a recovery code have none', () => {
  expect(kindsWith((kind) => !KIND_RULES[kind].canHavePin)).toEqual(['webauthn', 'recovery']);
});

// SR-62
test('only recovery codes are void after a restore', () => {
  expect(kindsWith((kind) => KIND_RULES[kind].isVoidAfterRestore)).toEqual(['recovery']);
});
