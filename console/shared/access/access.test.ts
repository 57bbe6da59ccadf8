import { expect, test } from 'vitest';
import { waysLeft } from './give-access-dialog.tsx';

const tokens = [{ id: 'tok_a' }, { id: 'tok_b' }];

test('what is given already is not offered again, each way for itself', () => {
  expect(waysLeft([], 'res_x', tokens)).toEqual([undefined, ...tokens]);
  const alone = [{ resource: 'res_x', alone: true, tokens: [] }];
  expect(waysLeft(alone, 'res_x', tokens)).toEqual(tokens);
  expect(waysLeft(alone, 'res_y', tokens)).toEqual([undefined, ...tokens]);
  // Together with a token is one fact; alone is another.
  expect(waysLeft([{ resource: 'res_x', alone: false, tokens: ['tok_a'] }], 'res_x', tokens)).toEqual([
    undefined,
    { id: 'tok_b' },
  ]);
  expect(waysLeft([{ resource: 'res_x', alone: true, tokens: ['tok_a', 'tok_b'] }], 'res_x', tokens)).toEqual([]);
});
