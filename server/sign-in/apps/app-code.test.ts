import { createHmac, hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SecretBox } from '../../kernel/ports/secret-box.ts';
import { codeOf, decideExchange, readCode, returnAddress } from './app-code.ts';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const INPUT = { resource: 'res_01k8dq9z2mp', redirectUri: 'com.example.shop:/in', codeVerifier: VERIFIER } as const;
const BORN = 1_000_000;
const RECORD = {
  resource: INPUT.resource,
  issuedAt: BORN,
  expiresAt: BORN + 300_000,
  app: {
    redirectUri: INPUT.redirectUri,
    state: 'a-state-of-the-app',
    // RFC 7636, appendix B.
    codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  },
} as const;

/** A key of the service for each purpose. */
const secrets = {
  mac: (purpose: string, message: string) => new Uint8Array(createHmac('sha256', purpose).update(message).digest()),
} as SecretBox;

// SR-10. The attack: make a code up, or change one.
test('only a code that the service has made is read, and it names its flow', () => {
  const flow = 'flw_01k8dq9z2mp';
  const code = codeOf({ secrets }, { flow });
  // Under a key of its own: no other MAC of the service is a code.
  expect(code).toBe(`${flow}.${createHmac('sha256', 'app-code').update(flow).digest('base64url')}`);
  expect(readCode({ secrets }, code)).toBe(flow);
  const [, mac = ''] = code.split('.');
  const otherKey = createHmac('sha256', 'sent-code').update(flow).digest('base64url');
  for (const made of [`flw_01k8dq9z2mq.${mac}`, `${flow}.${otherKey}`, `${code}A`, `A${code}`, `${flow}.`, mac, '']) {
    expect(readCode({ secrets }, made)).toBeUndefined();
  }
});

test('a code is good for a minute, and no longer than its result', () => {
  expect(decideExchange(RECORD, INPUT, BORN)).toBe('granted');
  expect(decideExchange(RECORD, INPUT, BORN + 59_999)).toBe('granted');
  expect(decideExchange(RECORD, INPUT, BORN + 60_000)).toBe('refused');
  expect(decideExchange({ ...RECORD, expiresAt: BORN + 10_000 }, INPUT, BORN + 10_000)).toBe('refused');
  expect(decideExchange(undefined, INPUT, BORN)).toBe('refused');
});

// SR-10, RFC 6749 4.1.2 and 10.5.
test('a used code is a replay only for someone with the verifier, at any time, and once', () => {
  const used = { ...RECORD, exchangedAt: BORN };
  expect(decideExchange(used, INPUT, BORN + 90_000)).toBe('replayed');
  expect(decideExchange(used, { ...INPUT, codeVerifier: 'x'.repeat(43) }, BORN)).toBe('refused');
  expect(decideExchange({ ...used, withdrawnAt: BORN }, INPUT, BORN)).toBe('refused');
});

test('property: only the verifier of the challenge, for the same resource and address, gets a result, and only once', () => {
  const verifier = fc.stringMatching(/^[\w.~-]{43}$/);
  const text = fc.constantFrom('res_01k8dq9z2mp', 'res_00000000000', 'com.example.shop:/in', 'com.example.shop:/in/');
  const instant = fc.option(fc.integer({ min: 0, max: 400_000 }), { nil: undefined });
  fc.assert(
    fc.property(verifier, verifier, text, text, instant, (own, other, resource, redirectUri, exchangedAt) => {
      const app = {
        redirectUri: INPUT.redirectUri,
        state: 'x'.repeat(8),
        codeChallenge: hash('sha256', own, 'base64url'),
      };
      const record = { ...RECORD, app, ...(exchangedAt !== undefined && { exchangedAt }) } as const;
      for (const codeVerifier of [own, other, app.codeChallenge]) {
        const given = { resource, redirectUri, codeVerifier } as typeof INPUT;
        const fits = codeVerifier === own && resource === INPUT.resource && redirectUri === INPUT.redirectUri;
        const expected = fits ? (exchangedAt === undefined ? 'granted' : 'replayed') : 'refused';
        expect(decideExchange(record, given, BORN)).toBe(expected);
      }
    }),
    { numRuns: 50 },
  );
});

// SR-11. The attack: a state that adds a parameter, or ends the query.
test('property: the address that leads back has exactly three parameters, and they are read as they were written', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (state, code) => {
      const issuer = 'https://sign-in.shop.example';
      const address = returnAddress({ redirectUri: INPUT.redirectUri, state }, { code }, issuer);
      expect(address.startsWith(`${INPUT.redirectUri}?`)).toBe(true);
      const { hash: fragment, search } = new URL(address);
      expect(fragment).toBe('');
      expect(Object.fromEntries(new URLSearchParams(search))).toEqual({ code, state, iss: issuer });
    }),
    { numRuns: 50 },
  );
});
