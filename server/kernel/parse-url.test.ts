import { parseUrl } from '@countersign/protocol/parse-url';
import { expect, it } from 'vitest';
import { parseAllowedOrigin } from '../resources/origins.ts';
import { readTarget } from '../webhooks/target.ts';

it('returns the same for the first and the ten-thousandth caller', () => {
  const rules = { allowedNetworks: [], allowHttpOnLoopback: false };
  for (let asked = 0; asked < 20_000; asked++) {
    if (parseAllowedOrigin('https://bücher.example') !== 'https://xn--bcher-kva.example') expect.fail(`${asked}`);
    if (!('url' in readTarget('https://bücher.example/ü', rules))) expect.fail(`${asked}`);
  }
});

it('is undefined for an invalid URL', () => {
  expect([parseUrl(''), parseUrl('shop.example'), parseUrl('https://'), parseUrl('https://a b')]).toEqual(
    Array(4).fill(undefined),
  );
  expect(parseUrl('/path', 'https://auth.example')?.href).toBe('https://auth.example/path');
});
