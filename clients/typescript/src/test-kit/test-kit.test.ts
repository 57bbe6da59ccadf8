import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { createVerifier } from '../results/verifier.ts';
import { createFakeVerifier, createTestIssuer } from './index.ts';
import { signInWithWidget } from './playwright.ts';
import { isProduction, refuseInProduction } from './refuse-in-production.ts';
import { totp } from './totp.ts';

const NONCE = 'n'.repeat(32);
const ORIGIN = 'https://shop.example';

describe('createTestIssuer', () => {
  test('issues results that its verifier checks as in production', async () => {
    const { verifier, issueResult } = await createTestIssuer();
    const result = await issueResult({ nonce: NONCE, origin: ORIGIN, sub: 'usr_1' });
    const claims = await verifier.verifyResult(result, { nonce: NONCE, origin: ORIGIN, acr: '2' });
    expect(claims).toMatchObject({ sub: 'usr_1', otp: 'verified', test: true });
    const other = verifier.verifyResult(result, { nonce: 'm'.repeat(32) });
    expect((await refusalOf(other)).code).toBe('RESULT_NONCE_WRONG');
    const weak = await issueResult({ nonce: NONCE, origin: ORIGIN, acr: '1' });
    expect((await refusalOf(verifier.verifyResult(weak, { nonce: NONCE, acr: '2' }))).code).toBe('RESULT_ACR_REQUIRED');
  });

  test('attack: its results reach a verifier in production, even one that trusts the key', async () => {
    const { jwks, issuer, resource, issueResult } = await createTestIssuer();
    const result = await issueResult({ nonce: NONCE, origin: ORIGIN });
    const fetch = async () => new Response(JSON.stringify(jwks));
    const production = createVerifier({ issuer, resource, fetch });
    expect((await refusalOf(production.verifyResult(result, { nonce: NONCE }))).code).toBe('RESULT_TEST_REFUSED');
    const another = await createTestIssuer();
    expect((await refusalOf(another.verifier.verifyResult(result, { nonce: NONCE }))).code).toBe('RESULT_KEY_UNKNOWN');
  });

  test('consumes a result once', async () => {
    const { client, issueResult, resource } = await createTestIssuer();
    const result = await issueResult({ nonce: NONCE, origin: ORIGIN, sub: 'usr_1' });
    expect((await client.consumeResult({ result, nonce: NONCE, resource })).sub).toBe('usr_1');
    expect((await refusalOf(client.consumeResult({ result, nonce: NONCE, resource }))).code).toBe('RESULT_USED');
  });
});

describe('createFakeVerifier', () => {
  test('accepts every text with the given claims, and still checks nonce and demands', async () => {
    const verifier = createFakeVerifier({ sub: 'usr_1', acr: '1' });
    expect((await verifier.verifyResult('anything', { nonce: NONCE, origin: ORIGIN })).sub).toBe('usr_1');
    expect((await refusalOf(verifier.verifyResult('x', { nonce: '' }))).code).toBe('RESULT_NONCE_WRONG');
    expect((await refusalOf(verifier.verifyResult('x', { nonce: NONCE, acr: '2' }))).code).toBe('RESULT_ACR_REQUIRED');
  });

  test('refuses everything with a code', async () => {
    const refusal = await refusalOf(createFakeVerifier('JWKS_UNAVAILABLE').verifyResult('x', { nonce: NONCE }));
    expect(refusal.code).toBe('JWKS_UNAVAILABLE');
  });
});

describe('attack: the test kit is left in a site that serves users', () => {
  test.each(['production', 'Production', ' production '])('it refuses when NODE_ENV is "%s"', (NODE_ENV) => {
    expect(isProduction({ NODE_ENV })).toBe(true);
  });

  test('it runs otherwise, also where there is no process', () => {
    for (const env of [undefined, {}, { NODE_ENV: '' }, { NODE_ENV: 'test' }]) expect(isProduction(env)).toBe(false);
    expect(() => refuseInProduction('This')).not.toThrow();
  });

  test.each(['createTestIssuer()', 'createFakeVerifier()', 'signInWithWidget({}, {})'])('%s says why', (call) => {
    const modules = ['./test-kit/index.ts', './test-kit/playwright.ts'].map((path) =>
      JSON.stringify(new URL(`../${path}`, import.meta.url).href),
    );
    const script = `
      const { createTestIssuer, createFakeVerifier } = await import(${modules[0]});
      const { signInWithWidget } = await import(${modules[1]});
      const outcome = await Promise.resolve().then(() => ${call}).then(() => 'it ran', (error) => error.message);
      console.log(outcome);`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const env = { ...process.env, NODE_ENV: 'production' };
    expect(execFileSync(process.execPath, args, { env, encoding: 'utf8' })).toContain('NODE_ENV=production');
  });
});

describe('totp', () => {
  // RFC 6238, appendix B.
  const SECRETS = {
    'SHA-1': 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    'SHA-256': 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====',
  } as const;

  test.each([
    ['SHA-1', 59, '94287082'],
    ['SHA-1', 1_111_111_109, '07081804'],
    ['SHA-1', 20_000_000_000, '65353130'],
    ['SHA-256', 59, '46119246'],
    ['SHA-256', 2_000_000_000, '90698825'],
  ] as const)('%s at %i s is %s', async (algorithm, seconds, code) => {
    expect(await totp({ secret: SECRETS[algorithm], digits: 8, algorithm }, seconds * 1000)).toBe(code);
  });

  test('refuses a secret that is not base32', async () => {
    await expect(totp({ secret: 'not base32!' }, 0)).rejects.toThrow('base32');
  });
});

describe('signInWithWidget', () => {
  test('fills what is given, and waits for a code that was not used', async () => {
    const done: string[] = [];
    const page = {
      frameLocator: (frame: string) => ({
        locator: (selector: string) => ({
          fill: async (text: string) => void done.push(`${frame} ${/"([\w-]+)"\]/.exec(selector)?.[1]} ${text}`),
          press: async (key: string) => void done.push(key),
          waitFor: async () => {},
        }),
      }),
      waitForTimeout: async (ms: number) => void done.push(ms > 0 && ms <= 30_000 ? 'waited' : `waited ${ms}`),
    };
    const secret = 'JBSWY3DPEHPK3PXP';
    await signInWithWidget(page, { login: 'maria', password: 'correct horse battery', totp: secret }, '#frame');
    expect(done).toEqual([
      ...['#frame username maria', 'Enter', '#frame password correct horse battery', 'Enter'],
      ...[expect.stringMatching(/^#frame one-time-code \d{6}$/), 'Enter'],
    ]);
    done.length = 0;
    await signInWithWidget(page, { totp: { secret } }, '#frame');
    expect(done[0]).toBe('waited');
  });
});
