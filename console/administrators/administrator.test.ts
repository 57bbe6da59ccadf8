import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Grant, grantsInput, levelOf, withLevel } from './administrator.tsx';

const ids = ['res_00000000001', 'res_00000000002', 'res_00000000003'];
const grants = fc.uniqueArray(fc.record({ resource: fc.constantFrom(...ids), allowed: fc.boolean() }), {
  selector: ({ resource }: Grant) => resource,
});

test('withLevel changes one grant and leaves the others', () => {
  fc.assert(
    fc.property(
      grants,
      fc.constantFrom(...ids),
      fc.constantFrom('grantNone' as const, 'grantPaused' as const, 'grantAllowed' as const),
      (before, resource, level) => {
        const after = withLevel(before, resource, level);
        expect(levelOf(after, resource)).toBe(level);
        expect(new Set(after.map((one) => one.resource)).size).toBe(after.length);
        const others = (list: readonly Grant[]) => list.filter((one) => one.resource !== resource);
        expect(others(after)).toEqual(others(before));
      },
    ),
  );
});

test('grants are listed by the names of their resources', () => {
  const input = grantsInput([], (id) => (id === ids[0] ? 'Shop' : id));
  const text = input.kind === 'part' ? input.text([{ resource: ids[0], allowed: true }]) : '';
  expect(text).toBe('Shop: Can see it and use their role there');
});
