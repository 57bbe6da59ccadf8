import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleToken } from '../testing/samples.ts';
import type { Token } from '../tokens/token.ts';
import { SIGNING_KINDS, signingDenial, signingKinds } from './signing.ts';

const kinds = fc.subarray([...TOKEN_KINDS]);

const anyToken: fc.Arbitrary<Token> = fc
  .record({
    kind: fc.constantFrom('totp' as const, 'hotp' as const, 'ocra' as const, 'recovery' as const),
    enabled: fc.boolean(),
    lock: fc.boolean(),
    expired: fc.boolean(),
    needsResync: fc.boolean(),
  })
  .map(({ kind, enabled, lock, expired, needsResync }) => {
    const { algorithm: _a, digits: _d, factor: _f, ...record } = sampleToken({ enabled });
    const state = {
      ...(lock && { lock: { reason: 'otp-failures' as const, at: 0 } }),
      ...(expired && { expiresAt: 0 }),
      ...(needsResync && { needsResync: true as const }),
    };
    if (kind === 'ocra') {
      return { ...record, ...state, factor: { kind, suite: 'OCRA-1:HOTP-SHA1-6:QN08', driftSteps: 0 } };
    }
    if (kind === 'recovery') return { ...record, ...state, factor: { kind, macs: ['m'] } };
    return { ...sampleToken({ enabled }), ...state, factor: kind === 'hotp' ? { kind } : sampleToken().factor };
  });

// SR-45
test('SR-45: only an active token of a kind that binds its answer to the signed fields can sign', () => {
  fc.assert(
    fc.property(fc.array(anyToken, { maxLength: 5 }), fc.option(kinds), (tokens, accepted) => {
      const accepts = signingKinds(accepted === null ? {} : { tokenKinds: accepted }, { fields: [] });
      const denial = signingDenial(tokens, accepts, 1);
      const fits = (token: Token) =>
        accepts.some((kind) => kind === token.factor.kind) &&
        token.enabled &&
        !token.lock &&
        token.expiresAt === undefined &&
        !token.needsResync;
      expect(denial === undefined).toBe(tokens.some(fits));
    }),
  );
});

test('never offers an app, a fob or recovery codes, whatever resource and host accept', () => {
  fc.assert(
    fc.property(kinds, fc.option(fc.subarray([...SIGNING_KINDS])), (tokenKinds, asked) => {
      const accepts: readonly string[] = signingKinds(
        { tokenKinds },
        { fields: [], ...(asked !== null && { kinds: asked }) },
      );
      for (const kind of ['totp', 'hotp', 'recovery']) expect(accepts).not.toContain(kind);
      for (const kind of accepts) expect(tokenKinds).toContain(kind);
      if (asked !== null) for (const kind of accepts) expect(asked).toContain(kind);
    }),
  );
});

test('does not offer a text message that cannot hold all of it', () => {
  const takes = { tokenKinds: ['sms', 'email'] as const };
  const fields = (length: number) => [{ label: 'To', value: 'x'.repeat(length) }];
  expect(signingKinds({ tokenKinds: [...takes.tokenKinds] }, { fields: fields(238) })).toEqual(['sms', 'email']);
  expect(signingKinds({ tokenKinds: [...takes.tokenKinds] }, { fields: fields(239) })).toEqual(['email']);
});

test('a refusal to sign gives a reason that can be fixed, or else that no token fits', () => {
  const totp = sampleToken();
  const device = (state: object): Token => {
    const { algorithm: _a, digits: _d, factor: _f, ...record } = sampleToken();
    return { ...record, ...state, factor: { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA1-6:QN08', driftSteps: 0 } };
  };
  const denial = (...tokens: Token[]) => signingDenial(tokens, ['ocra'], 1);
  expect(denial()).toBe('SIGNING_TOKEN_MISSING');
  expect(denial(totp)).toBe('SIGNING_TOKEN_MISSING');
  expect(denial(device({ enabled: false }))).toBe('SIGNING_TOKEN_MISSING');
  expect(denial(device({ lock: { reason: 'administrator', at: 0 } }))).toBe('TOKEN_LOCKED_BY_ADMINISTRATOR');
  expect(denial(device({ lock: { reason: 'otp-failures', at: 0 } }))).toBe('TOKEN_LOCKED');
  expect(denial(device({ needsResync: true }))).toBe('TOKEN_OUT_OF_STEP');
  expect(denial(totp, device({}))).toBeUndefined();
});

// SR-69
test('SR-69: after a password reset by mail, a mailed code signs nothing', () => {
  const asked = { fields: [] };
  const takes = { tokenKinds: ['email' as const, 'ocra' as const] };
  expect(signingKinds(takes, asked)).toEqual(['ocra', 'email']);
  expect(signingKinds(takes, asked, { needsConfirmation: {} })).toEqual(['ocra']);
});
