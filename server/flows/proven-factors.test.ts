import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenId } from '../testing/samples.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { TOKEN_KINDS } from '../tokens/token.ts';
import { provenFactors } from './proven-factors.ts';

const kind = fc.option(fc.constantFrom(...TOKEN_KINDS), { nil: undefined });
const earlier = fc.option(
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
    fc.property(kind, earlier, fc.boolean(), (kind, earlier, hasSecond) => {
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

test('a passkey that verified its user is two factors, also beside a mailed code', () => {
  const passkey = { synced: true, userVerified: true } as const;
  const second = { kind: 'webauthn', passkey, earlier: undefined, pin: undefined } as const;
  expect(provenFactors({ password: false, isMailed: true }, second)).toEqual({
    amr: ['otp', 'swk', 'user', 'mfa'],
    isTwo: true,
  });
  expect(provenFactors({ password: false, isMailed: false }, undefined)).toEqual({ amr: [], isTwo: false });
});
