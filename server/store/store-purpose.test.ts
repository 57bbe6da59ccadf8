import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decidePurpose, type StorePurpose } from './store-purpose.ts';

// SR-42. The attack: a demo's account and key, known to others, in the store of a service.

const purpose = fc.constantFrom<StorePurpose>('service', 'demo');

describe('SR-42: a store', () => {
  test('keeps its purpose through any number of starts', () => {
    fc.assert(
      fc.property(purpose, fc.array(fc.tuple(purpose, fc.boolean())), (first, starts) => {
        for (const [wanted, isEmpty] of starts) {
          expect(decidePurpose(wanted, first, isEmpty)).toBe(wanted === first ? 'use' : 'refuse');
        }
      }),
    );
  });

  test('without a purpose becomes a demo’s only if it is empty', () => {
    expect(decidePurpose('demo', undefined, true)).toBe('set');
    expect(decidePurpose('demo', undefined, false)).toBe('refuse');
  });

  test('without a purpose becomes a service’s, empty or not', () => {
    fc.assert(
      fc.property(fc.boolean(), (isEmpty) => {
        expect(decidePurpose('service', undefined, isEmpty)).toBe('set');
      }),
    );
  });
});
