import { expect, test } from 'vitest';
import { newNonce } from './nonce.ts';

test('nonces have 192 bits, a form that the service takes, and do not repeat', () => {
  const nonces = Array.from({ length: 2000 }, () => newNonce());
  expect(new Set(nonces).size).toBe(nonces.length);
  for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9_-]{32}$/);
  // Every position takes most of the 64 characters, so no bits are fixed.
  for (let at = 0; at < 32; at++) expect(new Set(nonces.map((nonce) => nonce[at])).size).toBeGreaterThan(55);
});
