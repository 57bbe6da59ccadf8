import { parseUrl } from '@countersign/protocol/parse-url';
import { expect, it } from 'vitest';
import { parseAllowedOrigin } from '../resources/origins.ts';
import { readTarget } from '../webhooks/target.ts';

it('returns the same for the first and the ten-thousandth caller', () => {
  const rules = { allowedNetworks: [], allowHttpOnLoopback: false };
  for (let count = 0; count < 20_000; count++) {
    if (parseAllowedOrigin('https://bücher.example') !== 'https://xn--bcher-kva.example') expect.fail(`${count}`);
    if (!('url' in readTarget('https://bücher.example/ü', rules))) expect.fail(`${count}`);
  }
});

it('is undefined for an invalid URL', () => {
  expect([parseUrl(''), parseUrl('shop.example'), parseUrl('https://'), parseUrl('https://a b')]).toEqual(
    Array(4).fill(undefined),
  );
  expect(parseUrl('/path', 'https://auth.example')?.href).toBe('https://auth.example/path');
});
