import { expect, test } from 'vitest';
import { leavesTokensOut, remainingWays } from './give-access-dialog.tsx';

const tokens = [{ id: 'tok_a' }, { id: 'tok_b' }];

test('offers only the ways of access that are not granted yet', () => {
  expect(remainingWays([], 'res_x', tokens)).toEqual([undefined, ...tokens]);
  const alone = [{ resource: 'res_x', alone: true, tokens: [] }];
  expect(remainingWays(alone, 'res_x', tokens)).toEqual(tokens);
  expect(remainingWays(alone, 'res_y', tokens)).toEqual([undefined, ...tokens]);
  // Access with a token and access without one are separate assignments.
  expect(remainingWays([{ resource: 'res_x', alone: false, tokens: ['tok_a'] }], 'res_x', tokens)).toEqual([
    undefined,
    { id: 'tok_b' },
  ]);
  expect(remainingWays([{ resource: 'res_x', alone: true, tokens: ['tok_a', 'tok_b'] }], 'res_x', tokens)).toEqual([]);
});

// The token seems to protect a user, but the password alone is enough.
test.each([
  ['an app', [{ kind: 'totp', enabled: true }], [], true],
  ['an app that access is given with', [{ kind: 'totp', enabled: true }], ['tok_1'], false],
  ['an app that is switched off', [{ kind: 'totp', enabled: false }], [], false],
  ['recovery codes only', [{ kind: 'recovery', enabled: true }], [], false],
] as const)('says that tokens are not used: %s', (_, tokens, given, expected) => {
  expect(leavesTokensOut({ tokens: given }, tokens)).toBe(expected);
});
