import { expect, test } from 'vitest';
import { applyChanges } from './apply-changes.ts';

interface Sample {
  name: string;
  note?: string;
  size?: number;
}

test('sets what has a value, removes what is null, and keeps the rest in its place', () => {
  const before: Sample = Object.freeze({ name: 'a', note: 'b', size: 1 });
  const after = applyChanges(before, { size: null, note: 'c', name: undefined });
  expect(JSON.stringify(after)).toBe('{"name":"a","note":"c"}');
  expect(applyChanges<Sample>({ name: 'a' }, { note: null, size: 0 })).toStrictEqual({ name: 'a', size: 0 });
});
