import { readFile } from 'node:fs/promises';
import { REFUSALS } from '@countersign/protocol/codes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureHeaders, writeSecret } from '../../server/webhooks/signature.ts';
import { CLIENT_ERROR_CODES } from './src/codes.ts';
import { type FakeService, startFakeService } from './testing/fake-service.ts';
import { type InstalledPackage, installPackage } from './testing/installed-package.ts';
import { VECTORS } from './testing/vectors.ts';

const API_KEY = 'key_0123456789a.secret-secret-secret';
const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => String(match[1]));

let service: FakeService;
let project: InstalledPackage;

// The built package is packed and installed in an empty project, and the examples are compiled and run there by plain Node.
beforeAll(async () => {
  service = await startFakeService();
  project = await installPackage();
  for (const [i, snippet] of snippets.entries()) {
    await project.write(`snippet${i}.ts`, snippet.replaceAll('https://auth.example', service.url));
  }
  await project.compile();
});

afterAll(async () => {
  await service.stop();
  await project.remove();
});

/** Runs a body in which `module` is the snippet, and gives what it returns. */
async function inSnippet(index: number, body: string): Promise<unknown> {
  const name = `run${index}.mjs`;
  await project.write(
    name,
    `import * as module from './snippet${index}.js';
     const outcome = await (async () => { ${body} })();
     console.log(JSON.stringify(outcome));`,
  );
  return JSON.parse(await project.node(name, { COUNTERSIGN_API_KEY: API_KEY }));
}

describe('the examples of the README', () => {
  test('are as many as are tried here', () => {
    expect(snippets).toHaveLength(4);
  });

  test('who signed in: a good result, then the same again', async () => {
    const nonce = 'n'.repeat(32);
    const result = await service.issueResult(nonce);
    const outcome = await inSnippet(
      0,
      `const form = new FormData();
       form.set('countersign_result', ${JSON.stringify(result)});
       const session = { nonce: ${JSON.stringify(nonce)} };
       const first = await module.finishSignIn(session, form);
       const user = session.user;
       const second = await module.finishSignIn(session, form);
       const fresh = module.beginSignIn(session);
       return { first, user, second, kept: session.nonce === fresh, fresh };`,
    );
    expect(outcome).toEqual({
      first: 'Welcome, mira!',
      user: 'usr_2v6m0c4x9ta',
      second: 'Please sign in again.',
      kept: true,
      fresh: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
    });
  });

  test('used once', async () => {
    const nonce = 'm'.repeat(32);
    const outcome = await inSnippet(1, `return module.signIn('a.b.c', ${JSON.stringify(nonce)});`);
    expect(outcome).toEqual({ user: 'usr_2v6m0c4x9ta', otp: 'verified' });
    expect(service.requests.at(-1)).toEqual({
      line: 'POST /v1/results/consume',
      body: { result: 'a.b.c', nonce, resource: VECTORS.defaults.resource, origin: 'https://shop.example' },
      authorization: `Bearer ${API_KEY}`,
    });
  });

  test('the second factor alone', async () => {
    const outcome = await inSnippet(1, `return module.askForCode({}, 'usr_1');`);
    expect(outcome).toEqual({ loginRequest: 'lrq_secret', nonce: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) });
  });

  test('a transaction to confirm', async () => {
    const session = `const session = {}; const asked = await module.askToConfirm(session, 'usr_1', '10.00 EUR');`;
    expect(await inSnippet(1, `${session} return [asked.loginRequest, asked.nonce === session.nonce];`)).toEqual([
      'lrq_secret',
      true,
    ]);
    expect(service.requests.at(-1)).toMatchObject({
      line: 'POST /v1/transactions',
      body: { user: 'usr_1', fields: [{ label: 'Amount', value: '10.00 EUR' }] },
    });
  });

  test('told of what happens', async () => {
    const secret = writeSecret(new Uint8Array(32).fill(5));
    const body = '{"type":"user.updated","timestamp":"2027-01-15T08:00:00.000Z","data":{"subject":"usr_1"}}';
    const headers = signatureHeaders({ id: 'dlv_0_1_x', at: Date.now(), body }, [new Uint8Array(32).fill(5)]);
    const outcome = await inSnippet(
      2,
      `process.env.WEBHOOK_SECRET = ${JSON.stringify(secret)};
       const said = [];
       console.log = (...words) => said.push(words.join(' '));
       const request = (body) => new Request('https://shop.example/', { method: 'POST', body, headers: ${JSON.stringify(headers)} });
       const body = ${JSON.stringify(body)};
       const statuses = [];
       for (const one of [body, body, body + ' ']) statuses.push((await module.receive(request(one))).status);
       delete console.log;
       console.log = (text) => process.stdout.write(text);
       return { statuses, said };`,
    );
    expect(outcome).toEqual({ statuses: [204, 204, 400], said: ['user.updated usr_1'] });
  });

  test('users, tokens and the rest', async () => {
    const outcome = await inSnippet(3, `return module.welcome('res_1', 'mira');`);
    expect(outcome).toBe('otpauth://totp/mira');
  });
});

describe('the README', () => {
  test('names every code of the library’s own', () => {
    for (const code of [...CLIENT_ERROR_CODES, 'JWKS_UNAVAILABLE']) expect(readme).toContain(`\`${code}\``);
  });
});

describe('the packed package', () => {
  test('is code, types and the texts, and needs jose alone', async () => {
    const entries = ['express', 'fastify', 'hono', 'index', 'next', 'playwright', 'sign-in', 'testing'];
    expect(project.files.filter((path) => !/^dist\/(?:types|parts)\//.test(path)).sort()).toEqual([
      ...['LICENSE', 'README.md', ...entries.map((name) => `dist/${name}.js`), 'package.json'],
    ]);
    const imported = new Set<string>();
    for (const path of project.files.filter((name) => name.endsWith('.js'))) {
      const code = await readFile(new URL(path, import.meta.url), 'utf8');
      for (const [, from = ''] of code.matchAll(/^import .* from "([^"]+)"/gm)) imported.add(from);
    }
    expect([...imported].filter((from) => !from.startsWith('.'))).toEqual(['jose']);
  });

  test('has routes, adapters and test kit as entries of their own', async () => {
    await project.write(
      'entries.ts',
      `import { createTestIssuer } from '@countersign/client/testing';
       import { signInHandlers, type SiteSession } from '@countersign/client/sign-in';
       import { signInWithWidget } from '@countersign/client/testing/playwright';
       import { toExpress } from '@countersign/client/express';
       import { toFastify } from '@countersign/client/fastify';
       import { toHono } from '@countersign/client/hono';
       import { toNext } from '@countersign/client/next';
       const { verifier, resource } = await createTestIssuer();
       const session = (): SiteSession => ({ read: () => undefined, write() {}, renew() {} });
       const signIn = signInHandlers({ verifier, resource, origin: 'https://shop.example', session });
       const request = new Request('https://shop.example/countersign/nonce', { method: 'POST' });
       const adapters = [toExpress, toFastify, toHono, toNext, signInWithWidget];
       console.log((await toNext(signIn).POST(request)).status, adapters.length);`,
    );
    await project.compile();
    expect(await project.node('entries.js')).toBe('403 5\n');
  });

  test('declares the types that it shares with the service by itself', async () => {
    await project.write(
      'types.ts',
      `import type { ResultClaims, ServerErrorCode, TransactionField } from '@countersign/client';
       export { SERVER_ERROR_CODES } from '@countersign/client';
       export const otp: ResultClaims['otp'] = 'verified';
       export const code: ServerErrorCode = 'OTP_WRONG';
       export const field: TransactionField = { label: 'Amount', value: '10.00 EUR' };
       // @ts-expect-error no refusal has this code: the type is the list, and not any text
       export const unknown: ServerErrorCode = 'OTP_WONG';
       // @ts-expect-error a claim with a type of its own
       export const number: ResultClaims['otp'] = 1;`,
    );
    await project.compile();
    await project.write(
      'codes.mjs',
      `import * as types from './types.js'; console.log(types.SERVER_ERROR_CODES.join());`,
    );
    expect(await project.node('codes.mjs')).toBe(`${Object.keys(REFUSALS).join()}\n`);
  });

  test('verifies in a runtime that has none of Node’s globals', async () => {
    const { issuer, resource, nonce, now } = VECTORS.defaults;
    const good = VECTORS.cases.find((vectorCase) => vectorCase.name === 'valid EdDSA');
    await project.write(
      'bare.mjs',
      `const { log } = console;
       for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name];
       const { createVerifier, newNonce } = await import('@countersign/client');
       const keySet = ${JSON.stringify(JSON.stringify(VECTORS.jwks))};
       const verifier = createVerifier({
         issuer: ${JSON.stringify(issuer)},
         resource: ${JSON.stringify(resource)},
         now: () => ${now * 1000},
         // Node's own Response needs those globals, so this one is made by hand.
         fetch: async () => ({ status: 200, headers: new Map(), body: new Blob([keySet]).stream() }),
       });
       const claims = await verifier.verifyResult(${JSON.stringify(good?.jwt)}, { nonce: ${JSON.stringify(nonce)} });
       log(claims.sub, typeof process, newNonce().length);`,
    );
    expect(await project.node('bare.mjs')).toBe('usr_2v6m0c4x9ta undefined 32\n');
  });
});
