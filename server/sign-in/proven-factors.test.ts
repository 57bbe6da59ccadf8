import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenId } from '../testing/samples.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { provenFactors } from './proven-factors.ts';

const kind = fc.option(fc.constantFrom(...TOKEN_KINDS), { nil: undefined });
const anyEarlier = fc.option(
  fc.record({
    at: fc.constant(0),
    token: fc.constant(tokenId(1)),
    kind: fc.constant('totp' as const),
    methods: fc.constant<string[]>(['otp']),
  }),
  { nil: undefined },
);

// SR-69. The attack: the reader of a mailbox answers both factors with mailed codes, on whatever path.
test('SR-69: a mailed code beside a mailed code, or beside nothing, is one factor', () => {
  fc.assert(
    fc.property(kind, anyEarlier, fc.boolean(), (kind, earlier, hasSecond) => {
      const second = hasSecond ? { kind, passkey: undefined, earlier, pin: undefined } : undefined;
      const { amr, isTwo } = provenFactors({ password: false, isMailed: true }, second);
      expect(isTwo).toBe(hasSecond && kind !== undefined && !KIND_RULES[kind].isMailbox);
      expect(amr.includes('mfa')).toBe(isTwo);
      expect(amr[0]).toBe('otp');
      expect(new Set(amr).size).toBe(amr.length);
    }),
    { numRuns: 60 },
  );
});

const NONE = { kind: undefined, passkey: undefined, earlier: undefined, pin: undefined } as const;
const earlier = { at: 0, token: tokenId(1), kind: 'totp', methods: ['otp', 'pin'] } as const;
const kept = (isTwo: object = {}) => ({
  ...NONE,
  kind: 'totp' as const,
  earlier: { ...earlier, methods: [...earlier.methods], ...isTwo },
});
const passkey = (synced: boolean, userVerified: boolean) => ({
  ...NONE,
  kind: 'webauthn' as const,
  passkey: { synced, userVerified },
});

test.each([
  ['nothing', [], undefined, []],
  ['a password', ['pwd'], undefined, ['pwd']],
  ['a mailed code', ['mail'], undefined, ['otp']],
  ['a code alone', [], { ...NONE, kind: 'totp' }, ['otp']],
  ['a code of no known kind, as in a test', ['pwd'], NONE, ['pwd', 'otp', 'mfa']],
  ['password and code', ['pwd'], { ...NONE, kind: 'totp' }, ['pwd', 'otp', 'mfa']],
  ['password and a code with a PIN', ['pwd'], { ...NONE, kind: 'totp', pin: true }, ['pwd', 'otp', 'pin', 'mfa']],
  ['password and a text message', ['pwd'], { ...NONE, kind: 'sms' }, ['pwd', 'otp', 'sms', 'mfa']],
  ['password and an email token', ['pwd'], { ...NONE, kind: 'email' }, ['pwd', 'otp', 'mfa']],
  ['a mailed code and an app', ['mail'], { ...NONE, kind: 'totp' }, ['otp', 'mfa']],
  ['a mailed code and an email token', ['mail'], { ...NONE, kind: 'email' }, ['otp']],
  ['a mailed code and a passkey', ['mail'], passkey(false, false), ['otp', 'hwk', 'mfa']],
  ['a passkey alone', [], passkey(true, false), ['swk']],
  ['a passkey that verified its user', [], passkey(true, true), ['swk', 'user', 'mfa']],
  ['an earlier code', [], kept(), ['otp', 'pin']],
  ['an earlier code that was two', [], kept({ isTwo: true }), ['otp', 'pin', 'mfa']],
  ['password and an earlier code', ['pwd'], kept(), ['pwd', 'otp', 'pin', 'mfa']],
] as const)('%s', (_, first, second, amr) => {
  const shown = { password: first.some((one) => one === 'pwd'), isMailed: first.some((one) => one === 'mail') };
  expect(provenFactors(shown, second)).toEqual({ amr, isTwo: amr.some((one) => one === 'mfa') });
});
