import { describe, expect, it } from 'vitest';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { checkBoundaries } from './check.ts';

/** A small project without violations. */
const CLEAN: Tree = {
  'package.json': JSON.stringify({
    devDependencies: { react: '1', vitest: '1', vite: '1', playwright: '1' },
  }),
  '.gitignore': 'node_modules/\n/data/\n*.log\n',
  '.ci/run': 'npm test\n',
  'README.md': '# A\n',
  'vite.config.ts': `import { defineConfig } from 'vitest/config'; export default defineConfig({});`,
  'shared/package.json': JSON.stringify({ name: '@countersign/protocol', exports: { './*': './wire/*.ts' } }),
  'shared/wire/codes.ts': `export const CODES = {}; export type Code = string;`,
  'shared/wire/flow.ts': `import type { Code } from './codes.ts'; export interface Step { code: Code }`,
  'server/package.json': JSON.stringify({
    dependencies: {
      '@countersign/protocol': '1',
      hono: '1',
      '@hono/zod-openapi': '1',
      ioredis: '1',
      '@otplib/totp': '1',
      jose: '1',
      pino: '1',
    },
  }),
  'server/tokens/token.ts': `import type { Code } from '@countersign/protocol/codes';
import { totp } from '@otplib/totp';
import { timingSafeEqual } from 'node:crypto';

export const decide = (now: number): Code => String(new Date(now)) + String(totp) + String(timingSafeEqual);`,
  'server/kernel/ports/store.ts': `import type { Code } from '@countersign/protocol/codes'; export interface Store { code: Code }`,
  'server/store/transact.ts': `export const keyOf = (id: string): string => id;`,
  'server/kernel/ports/ports.ts': `import type { Store } from './store.ts'; export interface Ports { store: Store }`,
  'server/kernel/yield-to-event-loop.ts': `export const yieldToEventLoop = () => new Promise(setImmediate);`,
  'server/authentication/authenticate.ts': `import type { Ports } from '../kernel/ports/ports.ts';
import { yieldToEventLoop } from '../kernel/yield-to-event-loop.ts';
import { decide } from '../tokens/token.ts';

export const authenticate = (_ports: Ports, now: number) => [yieldToEventLoop, decide(now)];`,
  'server/authentication/routes.ts': `import { html } from 'hono/html';
import { answer } from '../http/answer.ts';

export const routes = [html, answer, authenticate];`,
  'server/authentication/request-fields.ts': `import { z } from '@hono/zod-openapi'; export const f = z;`,
  'server/http/answer.ts': `import pino from 'pino'; export const answer = () => pino;`,
  'server/protectimus/routes.ts': `import { answer } from '../http/answer.ts';
import { authenticate } from '../authentication/authenticate.ts';

export const dialect = [answer, authenticate];`,
  'server/config/read.ts': `import type { Store } from '../kernel/ports/store.ts'; export type Config = Store;`,
  'server/store/redis/store.ts': `import Redis from 'ioredis';
import { keyOf } from '../transact.ts';
import type { Store } from '../../kernel/ports/store.ts';

export const open = (): Store => { throw new Error(String([Redis, keyOf])); };`,
  'server/platform/jose/sign.ts': `import { SignJWT } from 'jose'; export const sign = SignJWT;`,
  'server/composition/serve.ts': `import { open } from '../store/redis/store.ts';

export const serve = [open, () => import('../../demo-site/month/create-demo.ts')];`,
  'server/app.ts': `import { routes } from './authentication/routes.ts';
import { dialect } from './protectimus/routes.ts';

export const app = [routes, dialect];`,
  'server/main.ts': `import { serve } from './composition/serve.ts';
import { app } from './app.ts';

console.log(serve, app, Date.now());`,
  'server/start.cjs': `require('node:os'); import('./main.js');`,
  'server/testing/fake-store.ts': `import { open } from '../store/redis/store.ts'; export const fake = open;`,
  'server/authentication/authenticate.test.ts': `import { it } from 'vitest';
import { fake } from '../testing/fake-store.ts';
import { authenticate } from './authenticate.ts';

it('lets in', () => { authenticate({ store: fake() }, 0); });`,
  'widget/package.json': JSON.stringify({
    name: '@countersign/widget',
    exports: { './*': './*.ts' },
    dependencies: { '@countersign/protocol': '1', preact: '1' },
    peerDependencies: { react: '1' },
  }),
  'widget/frame/app.tsx': `import type { Step } from '@countersign/protocol/flow';
import { useState } from 'preact/hooks';

export const load = (step: Step) => [h, useState, step, import('../i18n/de.ts')];`,
  'widget/i18n/de.ts': `export const de = {};`,
  'widget/loader/mount.ts': `export const mount = () => null;`,
  'widget/package/react.ts': `import { useRef } from 'react'; import { mount } from '../loader/mount.ts'; export const r = [useRef, mount];`,
  'console/package.json': JSON.stringify({
    dependencies: { '@countersign/protocol': '1', '@countersign/widget': '1', preact: '1' },
  }),
  'console/app.tsx': `import { CODES } from '@countersign/protocol/codes';
import { mount } from '@countersign/widget/loader/mount';
import { h } from 'preact';

export const a = [h, CODES, mount];`,
  // The protocol is in the bundle of the package, so it need not be installed with it.
  'clients/typescript/package.json': JSON.stringify({
    name: '@countersign/client',
    dependencies: { jose: '1' },
    devDependencies: { '@countersign/protocol': '1' },
  }),
  'clients/typescript/verify.ts': `import { CODES } from '@countersign/protocol/codes';
import { jwtVerify } from 'jose';

export const code = [jwtVerify, CODES];`,
  'clients/typescript/verify.test.ts': `import { open } from '../../server/store/redis/store.ts'; open();`,
  'demo-site/server.ts': `import { code } from '../clients/typescript/verify.ts'; import 'node:http'; console.log(code);`,
  'demo-site/month/create-demo.ts': `import { authenticate } from '../../server/authentication/authenticate.ts';

export const month = authenticate;`,
  'e2e/login.test.ts': `import { app } from '../server/app.ts'; console.log(app);`,
  'bench/run.ts': `import { app } from '../server/app.ts'; console.log(app);`,
  'tools/check.ts': `import { app } from '../server/app.ts'; console.log(app);`,
  'docs/guide.md': '# B\n',
  'node_modules/hono/utils/index.js': `import '../../../server/app.ts';`,
  'data/misc/x.ts': `import './nowhere.ts';`,
};

const problemsOf = (tree: Tree): string[] =>
  withTree({ ...CLEAN, ...tree }, (root) =>
    checkBoundaries(root).findings.map(({ path, problem }) => `${path}: ${problem}`),
  );

describe('a project without violations', () => {
  it('passes, and every file in it is read', () => {
    const report = withTree(CLEAN, checkBoundaries);
    expect(report.findings).toEqual([]);
    const sources = Object.keys(CLEAN).filter((path) => /\.(?:tsx?|cjs)$/.test(path) && !path.startsWith('data/'));
    expect(report.files).toBe(sources.length);
    expect(report.references).toBeGreaterThan(sources.length);
  });
});

/** What is planted, where, and the expected problem. */
const VIOLATIONS: readonly [what: string, path: string, text: string, said: RegExp][] = [
  // Directions inside the server.
  ['feature -> adapter', 'server/users/a.ts', `import '../store/redis/store.ts';`, /features may not know adapters/],
  ['feature -> config', 'server/users/a.ts', `import type { Config } from '../config/read.ts';`, /not know config/],
  ['feature -> dialect', 'server/users/routes.ts', `import '../protectimus/routes.ts';`, /not know protectimus/],
  ['feature -> composition', 'server/users/a.ts', `import '../composition/serve.ts';`, /not know composition/],
  [
    'port -> adapter',
    'server/kernel/ports/ports.ts',
    `import '../../platform/jose/sign.ts';`,
    /ports may not know adapters/,
  ],
  ['http -> adapter', 'server/http/a.ts', `await import('../store/redis/store.ts');`, /http may not know adapters/],
  ['adapter -> http', 'server/platform/jose/a.ts', `import '../../http/answer.ts';`, /adapters may not know http/],
  ['app -> adapters', 'server/app.ts', `import './store/redis/store.ts';`, /app may not know adapters/],
  ['main -> tests', 'server/main.ts', `import './testing/fake-store.ts';`, /composition may not know tests/],
  ['feature -> tests', 'server/users/a.ts', `import '../authentication/authenticate.test.ts';`, /may not know tests/],
  // Routes.
  [
    'createRoute',
    'server/users/routes.ts',
    `import { createRoute, z } from '@hono/zod-openapi'; [createRoute, z];`,
    /declare it with route\(\)/,
  ],
  ['all of zod-openapi', 'server/http/a.ts', `import * as o from '@hono/zod-openapi'; o;`, /declare it with route\(\)/],
  [
    'a router',
    'server/users/routes.ts',
    `import { Hono } from 'hono'; export const app = new Hono();`,
    /makes a router of its own/,
  ],
  // Ways to write it.
  ['a type in passing', 'server/users/a.ts', `export type S = import('../config/read.ts').Config;`, /not know config/],
  ['export from', 'server/users/a.ts', `export { open } from '../store/redis/store.ts';`, /not know adapters/],
  ['a template name', 'widget/frame/a.ts', 'await import(`../../server/app.ts`);', /widget may not know app/],
  ['require', 'clients/typescript/a.cjs', `require('../../server/app.ts');`, /clients may not know app/],
  ['a worker', 'widget/frame/a.ts', `new URL('../../server/app.ts', import.meta.url);`, /widget may not know app/],
  ['a computed import', 'server/http/a.ts', `declare const name: string; await import(name);`, /computed name/],
  ['an import with a query', 'widget/frame/a.ts', `import '../../server/app.ts?raw';`, /widget may not know app/],
  // Between the programs.
  [
    'shared -> server',
    'shared/wire/a.ts',
    `import type { Store } from '../../server/kernel/ports/store.ts';`,
    /may not know/,
  ],
  [
    'widget -> server',
    'widget/frame/a.ts',
    `import type { S } from '../../server/kernel/ports/store.ts';`,
    /not know ports/,
  ],
  ['widget -> clients', 'widget/frame/a.ts', `import '../../clients/typescript/verify.ts';`, /not know clients/],
  ['console -> server', 'console/a.ts', `import '../server/app.ts';`, /console may not know app/],
  [
    'demo-site -> server',
    'demo-site/a.ts',
    `import type { S } from '../server/kernel/ports/store.ts';`,
    /not know ports/,
  ],
  [
    'demo-site -> shared',
    'demo-site/a.ts',
    `import { CODES } from '../shared/wire/codes.ts';`,
    /only the types of shared/,
  ],
  ['clients -> server', 'clients/typescript/a.ts', `import '../../server/app.ts';`, /clients may not know app/],
  ['clients -> widget', 'clients/typescript/a.ts', `import '../../widget/loader/mount.ts';`, /may not know widget/],
  ['server -> widget', 'server/http/a.ts', `import '../../widget/loader/mount.ts';`, /http may not know widget/],
  [
    'the demo’s month -> adapters',
    'demo-site/month/a.ts',
    `import '../../server/store/redis/store.ts';`,
    /demoMonth may not know adapters/,
  ],
  [
    'feature -> the demo’s month',
    'server/users/a.ts',
    `import '../../demo-site/month/create-demo.ts';`,
    /not know demoMonth/,
  ],
  ['server -> demo-site', 'server/app.ts', `import '../demo-site/server.ts';`, /app may not know demoSite/],
  ['server -> tools', 'server/http/a.ts', `import '../../tools/check.ts';`, /http may not know workshop/],
  [
    'a part that package.json does not name',
    'demo-site/a.ts',
    `import type { Code } from '@countersign/protocol/codes';`,
    /@countersign\/protocol is not in package\.json here/,
  ],
  ['a part by a name that leads nowhere', 'console/a.ts', `import '@countersign/protocol/gone';`, /may not use/],
  // Packages.
  [
    'a package in a port',
    'server/kernel/ports/store.ts',
    `import type { Redis } from 'ioredis';`,
    /ports may not use ioredis/,
  ],
  ['a store client in http', 'server/http/a.ts', `import 'ioredis';`, /ioredis stands behind a port/],
  ['a development package', 'server/store/redis/a.ts', `import 'playwright';`, /playwright is not in the dependencies/],
  ['a package of another part', 'server/store/redis/a.ts', `import 'preact';`, /preact is not in the dependencies/],
  ['an undeclared package', 'demo-site/a.ts', `import '@left/pad/deep';`, /@left\/pad is not in the lists/],
  ['react in the frame', 'widget/frame/a.tsx', `import 'react';`, /widget may not use react/],
  [
    'the component for react in the frame',
    'widget/frame/a.ts',
    `import '../package/react.ts';`,
    /widget may not know widgetPackage/,
  ],
  [
    'the frame in the component for react, with preact',
    'widget/package/a.ts',
    `import 'preact';`,
    /widgetPackage may not use preact/,
  ],
  ['node in a client', 'clients/typescript/a.ts', `import 'node:crypto';`, /clients may not use node:crypto/],
  ['a package in shared', 'shared/wire/a.ts', `import 'hono';`, /shared may not use hono/],
  // What a file may do, judged by its imports.
  [
    'requests outside of routes',
    'server/users/a.ts',
    `import type { Context } from 'hono';`,
    /only routes, fields, the table of steps, page/,
  ],
  [
    'requests at one remove',
    'server/users/a.ts',
    `import '../http/answer.ts';`,
    /only routes, fields, the table of steps, page/,
  ],
  ['I/O in a rule', 'server/users/a.ts', `import { readFileSync } from 'node:fs';`, /node:fs does more than compute/],
  [
    'I/O in a use-case',
    'server/users/a.ts',
    `import '../authentication/authenticate.ts'; import 'node:fs';`,
    /node:fs does/,
  ],
  ['chance in a rule', 'server/users/a.ts', `import { randomBytes } from 'node:crypto';`, /randomBytes of node:crypto/],
  ['all of node:crypto', 'server/users/a.ts', `import * as all from 'node:crypto';`, /take named functions/],
  ['a socket in a rule', 'server/users/a.ts', `import { isIP, connect } from 'node:net';`, /connect of node:net/],
  ['a clock in a rule', 'server/users/a.ts', `export const a = () => Date.now();`, /uses Date\.now/],
  ['today in a rule', 'server/users/a.ts', `export const a = () => new Date();`, /uses new Date\(\)/],
  ['the network in a rule', 'server/users/a.ts', `export const a = () => fetch('x');`, /uses fetch/],
  ['the environment in a rule', 'server/users/a.ts', `export const a = process.env;`, /uses process/],
  ['waiting in a rule', 'server/users/a.ts', `export const a = () => setTimeout(() => {}, 1);`, /uses setTimeout/],
  ['chance in a rule, by hand', 'server/users/a.ts', `export const a = Math.random();`, /uses Math\.random/],
  ['a global by its long name', 'server/users/a.ts', `export const a = globalThis.fetch;`, /uses globalThis\.fetch/],
  [
    'a clock in a use-case',
    'server/users/a.ts',
    `import type { Ports } from '../kernel/ports/ports.ts'; export const a = (_: Ports) => Date.now();`,
    /uses Date\.now/,
  ],
  ['a clock in shared', 'shared/wire/a.ts', `export const a = () => Date.now();`, /uses Date\.now/],
  // Layout.
  ['an unknown top folder', 'stuff/a.ts', ``, /stuff\/ is no part of the layout/],
  ['an unknown top folder of notes', 'notes/a.md', ``, /notes\/ is no part of the layout/],
  ['an unknown server folder', 'server/services/a.ts', ``, /server\/services\/ is no part/],
  ['a loose file in the server', 'server/a.ts', ``, /a file directly in server\//],
  ['helpers', 'server/users/helpers/a.ts', ``, /a folder called helpers/],
  ['utils', 'widget/utils/a.ts', ``, /a folder called utils/],
  ['common', 'shared/common/a.json', `{}`, /a folder called common/],
  ['misc', 'docs/misc/a.md', ``, /a folder called misc/],
  ['an import of nothing', 'server/users/a.ts', `import './gone.ts';`, /\.\/gone\.ts leads to no file/],
  ['build output in the server', 'server/http/a.ts', `import '../../dist/a.js';`, /leads to no file/],
  ['a long file', 'server/users/a.ts', '\n'.repeat(401), /401 lines/],
  // Tests that do not run.
  ['only', 'tools/a.test.ts', `it.only('a', () => {});`, /it\.only keeps/],
  ['skip', 'tools/a.test.ts', `describe.skip('a', () => {});`, /describe\.skip keeps/],
  ['todo', 'tools/a.test.ts', `test.todo('a');`, /test\.todo keeps/],
  ['only of many', 'tools/a.test.ts', `it.concurrent.only.each([1])('a', () => {});`, /it\.concurrent\.only keeps/],
  ['skip by condition', 'tools/a.test.ts', `it.skipIf(true)('a', () => {});`, /it\.skipIf keeps/],
  ['a spec file', 'tools/a.spec.ts', ``, /call it \.test\.ts/],
];

describe('finds a planted violation where it is, and nothing else', () => {
  it.each(VIOLATIONS)('%s', (_what, path, text, said) => {
    const problems = problemsOf({ [path]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(said);
    expect(problems[0]?.startsWith(`${path}: `)).toBe(true);
  });

  it('reports a cycle of values and types once, with its files', () => {
    const problems = problemsOf({
      'server/users/a.ts': `import type { B } from './b.ts'; export type A = B;`,
      'server/users/b.ts': `export * from './c.ts'; export type B = 1;`,
      'server/users/c.ts': `import './a.ts';`,
      'server/users/d.ts': `import './a.ts';`,
    });
    expect(problems).toEqual([
      'server/users/a.ts: imports run in a circle: ' + 'server/users/a.ts, server/users/b.ts, server/users/c.ts',
    ]);
  });

  it('reports a cycle of folders without a cycle of files', () => {
    const problems = problemsOf({
      'server/webhooks/a.ts': `import type { B } from '../resources/b.ts'; export type A = B;`,
      'server/resources/b.ts': `export type B = 1;`,
      'server/resources/c.ts': `import type { D } from '../webhooks/d.ts'; export type C = D;`,
      'server/webhooks/d.ts': `export type D = 1;`,
    });
    expect(problems).toEqual([
      'server/resources: folders import one another in a circle: server/resources, server/webhooks',
    ]);
  });

  it('reports a cycle of folders that runs through a third', () => {
    const problems = problemsOf({
      'server/users/a.ts': `import type { B } from '../tokens/b.ts'; export type A = B;`,
      'server/tokens/b.ts': `export type B = 1;`,
      'server/tokens/c.ts': `import type { D } from '../resources/d.ts'; export type C = D;`,
      'server/resources/d.ts': `export type D = 1;`,
      'server/resources/e.ts': `import type { F } from '../users/f.ts'; export type E = F;`,
      'server/users/f.ts': `export type F = 1;`,
    });
    expect(problems).toEqual([
      'server/resources: folders import one another in a circle: server/resources, server/tokens, server/users',
    ]);
  });

  it('reports a file that imports itself', () => {
    expect(problemsOf({ 'server/users/a.ts': `import './a.ts';` })[0]).toMatch(/circle/);
  });

  it('stops at a file that cannot be parsed, and names it', () => {
    expect(() => problemsOf({ 'server/users/a.ts': 'const = ;' })).toThrow(/server\/users\/a\.ts/);
  });
});
