import { expect, test } from 'vitest';
import { stateOf } from './api-key.ts';

test('shows an expired key as expired, whatever else applies', () => {
  const now = 1_000_000_000_000;
  const day = 86_400_000;
  expect(stateOf({ enabled: true, expiresAt: now }, now)).toBe('expired');
  expect(stateOf({ enabled: false, expiresAt: now }, now)).toBe('expired');
  expect(stateOf({ enabled: false, expiresAt: now + 1 }, now)).toBe('off');
  expect(stateOf({ enabled: true, expiresAt: now + 29 * day }, now)).toBe('soon');
  expect(stateOf({ enabled: true, expiresAt: now + 31 * day }, now)).toBe('active');
});
