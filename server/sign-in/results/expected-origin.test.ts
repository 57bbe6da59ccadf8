import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFromExpectedOrigin, mustNameOrigin } from './expected-origin.ts';

const ORIGINS = ['https://shop.example', 'https://blog.example', 'https://auth.example'];
const origin = fc.constantFrom(...ORIGINS);
const result = fc.record({ origin, isOfApp: fc.boolean() });
const claimsOf = ({ origin, isOfApp }: { origin: string; isOfApp: boolean }) => ({
  origin,
  ...(isOfApp && { app: true as const }),
});
const NONE = { allowedOrigins: [], allowLocalhost: false };

// The attack: a nonce of the attacker's own session is signed in to elsewhere at the same resource.
test('SR-80, property: whatever is named, a result of an app is never one of a page, nor the reverse', () => {
  fc.assert(
    fc.property(result, fc.option(origin, { nil: undefined }), (given, named) => {
      const isNamed = named === undefined || named === given.origin;
      expect(isFromExpectedOrigin(claimsOf(given), { origin: named })).toBe(!given.isOfApp && isNamed);
      expect(isFromExpectedOrigin(claimsOf(given), { origin: named, app: false })).toBe(!given.isOfApp && isNamed);
      expect(isFromExpectedOrigin(claimsOf(given), { origin: named, app: true })).toBe(given.isOfApp && isNamed);
    }),
  );
});

test('SR-80, property: without a name, all results that are accepted come from one origin', () => {
  const resource = fc.record({
    allowedOrigins: fc.uniqueArray(origin, { maxLength: 2 }),
    allowLocalhost: fc.boolean(),
    redirectUris: fc.array(
      origin.map((one) => `${one}/signed-in`),
      { maxLength: 2 },
    ),
    appRedirectUris: fc.array(fc.constant('com.example.shop:/signed-in'), { maxLength: 1 }),
  });
  fc.assert(
    fc.property(resource, (settings) => {
      const pages = [
        ...settings.allowedOrigins,
        ...settings.redirectUris.map((uri) => new URL(uri).origin),
        ...(settings.allowLocalhost ? ['http://localhost:3000'] : []),
        ...(settings.appRedirectUris.length > 0 ? ['an app', 'a page of it'] : []),
      ];
      expect(mustNameOrigin(settings, {})).toBe(new Set(pages).size > 1);
      expect(mustNameOrigin(settings, { app: false })).toBe(new Set(pages).size > 1);
      expect(mustNameOrigin(settings, { origin: 'https://shop.example' })).toBe(false);
      expect(mustNameOrigin(settings, { app: true })).toBe(false);
    }),
  );
});

test('a pattern of origins stands for several', () => {
  expect(mustNameOrigin({ ...NONE, allowedOrigins: ['https://*.shop.example'] }, {})).toBe(true);
  expect(mustNameOrigin({ ...NONE, allowedOrigins: ['https://shop.example'] }, {})).toBe(false);
});
