import { TOKEN_STATES } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideSignInState } from './sign-in-state.ts';

const facts = fc.record({
  login: fc.option(fc.string(), { nil: undefined }),
  isPasswordRight: fc.boolean(),
  token: fc.option(fc.constantFrom(...TOKEN_STATES), { nil: undefined }),
});

test('says right only of what signs in', () => {
  fc.assert(
    fc.property(facts, (known) => {
      const state = decideSignInState(known);
      expect(state.password === 'right').toBe(known.isPasswordRight);
      expect(state.code === 'right').toBe(known.token === 'active');
      expect(state.login).toBe(known.login);
    }),
  );
});

test('names what is in the way of a code', () => {
  const known = { login: 'maria', isPasswordRight: true };
  expect(decideSignInState({ ...known, token: 'locked' }).code).toBe('locked');
  expect(decideSignInState({ ...known, token: undefined }).code).toBe('changed');
});
