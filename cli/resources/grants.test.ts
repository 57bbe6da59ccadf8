import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGrants, writeGrants } from './grants.ts';

test('written grants are read back unchanged', () => {
  const resource = fc.stringMatching(/^res_[0-9a-hjkmnp-tv-z]{11}$/);
  fc.assert(
    fc.property(fc.array(fc.record({ resource, allowed: fc.boolean() })), (grants) => {
      const texts = (writeGrants(grants) ?? '-').split(',').filter(Boolean);
      expect(readGrants(texts)).toEqual(grants);
    }),
  );
});

test.each(['', ':assigned', 'res_1:allowed', 'res_1:assigned:assigned'])('%j is not valid', (text) => {
  expect(readGrants([text])).toBeUndefined();
});

test.each([[undefined], ['res_1'], [[{ resource: 'res_1' }]]])('%j is not written as grants', (value) => {
  expect(writeGrants(value)).toBeUndefined();
});
