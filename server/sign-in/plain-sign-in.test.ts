import { expect, test } from 'vitest';
import { isPlainSignIn } from './flow.ts';

test('only a sign-in that the page wants for itself is plain', () => {
  const others = {
    demand: { acr: '1' },
    enrolling: {},
    enrolmentLink: 'hash',
    kept: {},
    loginRequest: { hostCheckedPassword: true },
    purpose: 'self',
    self: {},
    test: 'pass',
    transaction: {},
  };
  expect(isPlainSignIn({})).toBe(true);
  for (const [field, value] of Object.entries(others)) expect(isPlainSignIn({ [field]: value } as never)).toBe(false);
});
