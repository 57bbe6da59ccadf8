import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { VECTORS, vector } from '../../clients/typescript/testing/vectors.ts';
import { BACKENDS, exampleOrigin, fillIn, PAGES } from './snippets.ts';

const FILLING = {
  service: 'https://sign.acme.example:8443',
  resource: 'res_1k8dq9z2mpa',
  origin: 'https://acme.example',
};
const all = [...PAGES, ...BACKENDS];

describe.each(all.map((snippet) => [snippet.language, snippet] as const))('%s', (_, snippet) => {
  test('is filled in with this resource, and no placeholder is left', () => {
    const text = fillIn(snippet.text, FILLING);
    expect(text).toContain(FILLING.service);
    expect(text).toContain(FILLING.resource);
    expect(text).not.toMatch(/auth\.example|res_01k8dq9z2mp|shop\.example/);
  });
});

describe.each(BACKENDS.map((snippet) => [snippet.language, snippet] as const))('the backend in %s', (_, snippet) => {
  test('names the page, removes the nonce first, and leaves the checks to our library', () => {
    const text = fillIn(snippet.text, FILLING);
    expect(text).toContain(FILLING.origin);
    expect(text).toMatch(/taken out/);
    expect(text).toMatch(/@countersign\/client|from countersign import|use Countersign\\|import dev\.countersign\./);
  });
});

// SR-30. The attack: an attacker who may name an origin ends the string that it is put into, in code that others paste.
test('SR-30: no value ends a string', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...all), (origin, { text }) => {
      const quotes = (code: string) => code.match(/['"`\\<>$(){};\n]/g)?.join('');
      expect(quotes(fillIn(text, { ...FILLING, origin }))).toBe(quotes(text));
    }),
  );
});

test('a wildcard origin is not used as an example', () => {
  expect(exampleOrigin(['https://*.shop.example', 'https://shop.example'])).toBe('https://shop.example');
  expect(exampleOrigin(['https://*.shop.example'])).toBeUndefined();
});

/** Runs the pasted example beside the client. */
describe('TypeScript, run', () => {
  const { issuer, resource, nonce, now } = VECTORS.defaults;
  const warned: string[] = [];
  let folder: string;
  let code: {
    beginSignIn(session: object): string;
    finishSignIn(session: { nonce?: string; user?: string }, result: string): Promise<boolean>;
  };
  beforeAll(async () => {
    folder = await mkdtemp(resolve(import.meta.dirname, '../../node_modules/.snippet-'));
    const text = fillIn(BACKENDS[0]?.text ?? '', { service: issuer, resource, origin: 'https://shop.example' });
    const client = resolve(import.meta.dirname, '../../clients/typescript/src/index.ts');
    const file = join(folder, 'sign-in.ts');
    await writeFile(file, text.replace('@countersign/client', client));
    // Set before the import, because the verifier captures the clock.
    vi.useFakeTimers({ now: now * 1000, toFake: ['Date'] });
    code = await import(/* @vite-ignore */ file);
    vi.stubGlobal('fetch', async () => Response.json(VECTORS.jwks));
    vi.spyOn(console, 'warn').mockImplementation((...said) => warned.push(said.join(' ')));
  });
  afterAll(async () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  test('accepts a valid result once, and keeps the nonce until then', async () => {
    const session: { nonce?: string; user?: string } = {};
    expect(code.beginSignIn(session)).toBe(code.beginSignIn(session));
    session.nonce = nonce;
    const good = vector('valid ES256');
    expect([await code.finishSignIn(session, good), warned]).toEqual([true, []]);
    expect(session.user).toMatch(/^usr_/);
    expect(await code.finishSignIn(session, good)).toBe(false);
  });

  // SR-9
  test('SR-9: refuses every hostile result', async () => {
    const hostile = VECTORS.cases.filter((one) => one.expect !== 'accept' && one.options === undefined);
    expect(hostile.length).toBeGreaterThan(200);
    for (const { jwt } of hostile) {
      if (typeof jwt === 'string') expect(await code.finishSignIn({ nonce }, jwt)).toBe(false);
    }
  });
});
