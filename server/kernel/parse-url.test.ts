import { parseUrl } from '@countersign/protocol/parse-url';
import { expect, it } from 'vitest';
import { parseAllowedOrigin } from '../resources/origins.ts';
import { readTarget } from '../webhooks/target.ts';

it('is the same for the first asker and the ten-thousandth', () => {
  const rules = { allowedNetworks: [], allowHttpOnLoopback: false };
  for (let asked = 0; asked < 20_000; asked++) {
    if (parseAllowedOrigin('https://bücher.example') !== 'https://xn--bcher-kva.example') expect.fail(`${asked}`);
    if (!('url' in readTarget('https://bücher.example/ü', rules))) expect.fail(`${asked}`);
  }
});

it('is undefined for what is no URL', () => {
  expect([parseUrl(''), parseUrl('shop.example'), parseUrl('https://'), parseUrl('https://a b')]).toEqual(
    Array(4).fill(undefined),
  );
  expect(parseUrl('/path', 'https://auth.example')?.href).toBe('https://auth.example/path');
});
