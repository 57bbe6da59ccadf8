import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Administrator } from './administrator.ts';
import { hasPasskey, mayRemovePasskey, nextSecondFactor, requiresPasskey, type SecondFactor } from './factor-policy.ts';

const TOKEN = 'tok_00000000001' as NonNullable<Administrator['token']>;
const PASSKEY = { name: 'Key' } as NonNullable<Administrator['passkeys']>[number];
const credentials = fc.record({
  token: fc.constantFrom(undefined, TOKEN),
  passkeys: fc.option(fc.array(fc.constant(PASSKEY), { maxLength: 3 }), { nil: undefined }),
}) as fc.Arbitrary<Pick<Administrator, 'token' | 'passkeys'>>;

test('SR-81: one setting is enough, of the installation or of the account', () => {
  expect(requiresPasskey('any', {})).toBe(false);
  expect(requiresPasskey('passkey', {})).toBe(true);
  expect(requiresPasskey('any', { administratorFactors: 'passkey' })).toBe(true);
  expect(requiresPasskey('passkey', { administratorFactors: 'passkey' })).toBe(true);
});

test('SR-81: where a passkey is required, nothing else follows the password', () => {
  fc.assert(
    fc.property(credentials, (has) => {
      const next = nextSecondFactor(has, true);
      expect(['passkey', 'enrol-passkey', 'none']).toContain(next);
      expect(next === 'passkey').toBe(hasPasskey(has));
    }),
  );
});

test('SR-69: the password alone sets up the first factor, and none beside one that exists', () => {
  fc.assert(
    fc.property(credentials, fc.boolean(), (has, isRequired) => {
      const isFirst = has.token === undefined && (has.passkeys ?? []).length === 0;
      expect(nextSecondFactor(has, isRequired).startsWith('enrol')).toBe(isFirst);
    }),
  );
});

test.each<[SecondFactor, Pick<Administrator, 'token' | 'passkeys'>, boolean]>([
  ['enrol-token', {}, false],
  ['enrol-token', { passkeys: [] }, false],
  ['code', { token: TOKEN }, false],
  ['passkey-or-code', { token: TOKEN, passkeys: [PASSKEY] }, false],
  ['passkey-or-code', { passkeys: [PASSKEY] }, false],
  ['enrol-passkey', {}, true],
  ['none', { token: TOKEN }, true],
  ['passkey', { token: TOKEN, passkeys: [PASSKEY] }, true],
])('the password leads to %s', (next, has, isRequired) => {
  expect(nextSecondFactor(has, isRequired)).toBe(next);
});

test('SR-81: what is left after the removal of a passkey still signs in', () => {
  fc.assert(
    fc.property(credentials, fc.boolean(), (has, isRequired) => {
      const { passkeys = [] } = has;
      fc.pre(passkeys.length > 0);
      const left = { ...has, passkeys: passkeys.slice(1) };
      const next = nextSecondFactor(left, isRequired);
      expect(mayRemovePasskey(has, isRequired)).toBe(next !== 'none' && !next.startsWith('enrol'));
    }),
  );
});
