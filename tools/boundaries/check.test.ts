import { describe, expect, it } from 'vitest';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { checkBoundaries } from './check.ts';

/** A small project in which every layer imports what it may. */
const CLEAN: Tree = {
  'package.json': JSON.stringify({
    dependencies: { hono: '1', ioredis: '1', '@otplib/totp': '1', jose: '1' },
    devDependencies: { preact: '1', react: '1', vitest: '1', vite: '1', playwright: '1' },
  }),
  '.gitignore': 'node_modules/\n/data/\n*.log\n',
  '.ci/run': 'npm test\n',
  'README.md': '# A\n',
  'vite.config.ts': `import { defineConfig } from 'vitest/config'; export default defineConfig({});`,
  'shared/wire/codes.ts': `export const CODES = {}; export type Code = string;`,
  'shared/wire/flow.ts': `import type { Code } from './codes.ts'; export interface Step { code: Code }`,
  'server/domain/token.ts': `import { totp } from '@otplib/totp';
import { timingSafeEqual } from 'node:crypto';
import type { Code } from '../../shared/wire/codes.ts';
export const decide = (now: number): Code => String(new Date(now)) + String(totp) + String(timingSafeEqual);`,
  'server/ports/store.ts': `import type { Code } from '../../shared/wire/codes.ts'; export interface Store { code: Code }`,
  'server/ports/index.ts': `export type { Store } from './store.ts';`,
  'server/usecases/authenticate.ts': `import { decide } from '../domain/token.ts';
import type { Store } from '../ports/store.ts';
export const authenticate = (_ports: { store: Store }, now: number) => decide(now);`,
  'server/config/read.ts': `import type { Store } from '../ports/index.ts'; export type Config = Store;`,
  'server/http/api/authentications.ts': `import { Hono } from 'hono';
import { authenticate } from '../../usecases/authenticate.ts';
export const routes = [Hono, authenticate];`,
  'server/adapters/redis-store/store.ts': `import Redis from 'ioredis';
import type { Store } from '../../ports/store.ts';
export const open = (): Store => { throw new Error(String(Redis)); };`,
  'server/app.ts': `import { routes } from './http/api/authentications.ts'; export const app = routes;`,
  'server/main.ts': `import { open } from './adapters/redis-store/store.ts';
import { app } from './app.ts';
console.log(open, app, Date.now());`,
  'server/start.cjs': `require('node:os'); import('./main.js');`,
  'server/testing/fake-store.ts': `import { open } from '../adapters/redis-store/store.ts'; export const fake = open;`,
  'server/usecases/authenticate.test.ts': `import { it } from 'vitest';
import { fake } from '../testing/fake-store.ts';
import { authenticate } from './authenticate.ts';
it('lets in', () => { authenticate({ store: fake() }, 0); });`,
  'widget/frame/app.tsx': `import { h } from 'preact';
import { useState } from 'preact/hooks';
import type { Step } from '../../shared/wire/flow.ts';
export const load = (step: Step) => [h, useState, step, import('../i18n/de.ts')];`,
  'widget/i18n/de.ts': `export const de = {};`,
  'widget/loader/mount.ts': `export const mount = () => null;`,
  'widget/loader/react.tsx': `import { useEffect } from 'react'; import { mount } from './mount.ts'; export const C = [useEffect, mount];`,
  'widget/react/index.ts': `import { useRef } from 'react'; import { mount } from '../loader/mount.ts'; export const r = [useRef, mount];`,
  'console/app.tsx': `import { h } from 'preact'; import { CODES } from '../shared/wire/codes.ts'; export const a = [h, CODES];`,
  'clients/typescript/verify.ts': `import type { Code } from '../../shared/wire/codes.ts'; export const code: Code = '';`,
  'clients/typescript/verify.test.ts': `import { open } from '../../server/adapters/redis-store/store.ts'; open();`,
  'demo-site/server.ts': `import { code } from '../clients/typescript/verify.ts'; import 'node:http'; console.log(code);`,
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

describe('a project that keeps to the layout', () => {
  it('passes, and every file in it was read', () => {
    const report = withTree(CLEAN, checkBoundaries);
    expect(report.findings).toEqual([]);
    const sources = Object.keys(CLEAN).filter((path) => /\.(?:tsx?|cjs)$/.test(path) && !path.startsWith('data/'));
    expect(report.files).toBe(sources.length);
    expect(report.references).toBeGreaterThan(sources.length);
  });
});

/** What is planted, where, and what must be said about it. */
const VIOLATIONS: readonly [what: string, path: string, text: string, said: RegExp][] = [
  // Directions inside the server.
  [
    'domain -> ports',
    'server/domain/a.ts',
    `import type { Store } from '../ports/store.ts';`,
    /domain may not know ports/,
  ],
  [
    'domain -> usecases',
    'server/domain/a.ts',
    `export * from '../usecases/authenticate.ts';`,
    /domain may not know usec/,
  ],
  [
    'ports -> adapters',
    'server/ports/a.ts',
    `import '../adapters/redis-store/store.ts';`,
    /ports may not know adapters/,
  ],
  ['ports -> usecases', 'server/ports/a.ts', `import '../usecases/authenticate.ts';`, /ports may not know usecases/],
  [
    'usecases -> http',
    'server/usecases/a.ts',
    `import '../http/api/authentications.ts';`,
    /usecases may not know http/,
  ],
  ['usecases -> adapters', 'server/usecases/a.ts', `import '../adapters/redis-store/store.ts';`, /not know adapters/],
  ['usecases -> config', 'server/usecases/a.ts', `import '../config/read.ts';`, /usecases may not know config/],
  [
    'http -> adapters',
    'server/http/a.ts',
    `await import('../adapters/redis-store/store.ts');`,
    /http may not know adapters/,
  ],
  [
    'adapters -> usecases',
    'server/adapters/a.ts',
    `import '../usecases/authenticate.ts';`,
    /adapters may not know usec/,
  ],
  ['app -> adapters', 'server/app.ts', `import './adapters/redis-store/store.ts';`, /app may not know adapters/],
  ['main -> tests', 'server/main.ts', `import './testing/fake-store.ts';`, /main may not know tests/],
  ['domain -> tests', 'server/domain/a.ts', `import '../usecases/authenticate.test.ts';`, /domain may not know tests/],
  // Ways to write it.
  ['a type in passing', 'server/domain/a.ts', `export type S = import('../ports/store.ts').Store;`, /not know ports/],
  [
    'export from',
    'server/domain/a.ts',
    `export { open } from '../adapters/redis-store/store.ts';`,
    /not know adapters/,
  ],
  ['a template name', 'widget/frame/a.ts', 'await import(`../../server/app.ts`);', /widget may not know app/],
  ['require', 'clients/typescript/a.cjs', `require('../../server/app.ts');`, /clients may not know app/],
  ['a worker', 'widget/frame/a.ts', `new URL('../../server/app.ts', import.meta.url);`, /widget may not know app/],
  ['a computed import', 'server/http/a.ts', `declare const name: string; await import(name);`, /computed name/],
  ['an import with a query', 'widget/frame/a.ts', `import '../../server/app.ts?raw';`, /widget may not know app/],
  // Between the programs.
  [
    'shared -> server',
    'shared/wire/a.ts',
    `import type { Store } from '../../server/ports/store.ts';`,
    /shared may not know/,
  ],
  [
    'widget -> server',
    'widget/frame/a.ts',
    `import type { Store } from '../../server/ports/store.ts';`,
    /not know ports/,
  ],
  ['widget -> clients', 'widget/frame/a.ts', `import '../../clients/typescript/verify.ts';`, /not know clients/],
  ['console -> server', 'console/a.ts', `import '../server/app.ts';`, /console may not know app/],
  ['demo-site -> server', 'demo-site/a.ts', `import type { Store } from '../server/ports/store.ts';`, /not know ports/],
  [
    'demo-site -> shared',
    'demo-site/a.ts',
    `import { CODES } from '../shared/wire/codes.ts';`,
    /only the types of shared/,
  ],
  ['clients -> server', 'clients/typescript/a.ts', `import '../../server/app.ts';`, /clients may not know app/],
  ['clients -> shared', 'clients/typescript/a.ts', `import '../../shared/wire/codes.ts';`, /only the types of shared/],
  ['server -> widget', 'server/http/a.ts', `import '../../widget/loader/mount.ts';`, /http may not know widget/],
  ['server -> demo-site', 'server/app.ts', `import '../demo-site/server.ts';`, /app may not know demoSite/],
  ['server -> tools', 'server/http/a.ts', `import '../../tools/check.ts';`, /http may not know workshop/],
  // Packages.
  ['I/O in the domain', 'server/domain/a.ts', `import { readFileSync } from 'node:fs';`, /domain may not use node:fs/],
  ['a client in the domain', 'server/domain/a.ts', `import 'ioredis';`, /domain may not use ioredis/],
  [
    'chance in the domain',
    'server/domain/a.ts',
    `import { randomBytes } from 'node:crypto';`,
    /randomBytes of node:crypto/,
  ],
  ['all of node:crypto', 'server/domain/a.ts', `import * as all from 'node:crypto';`, /take named functions/],
  ['a socket in the domain', 'server/domain/a.ts', `import { isIP, connect } from 'node:net';`, /connect of node:net/],
  ['a store client in http', 'server/http/a.ts', `import 'ioredis';`, /ioredis stands behind a port/],
  ['a package in a port', 'server/ports/a.ts', `import type { Redis } from 'ioredis';`, /ports may not use ioredis/],
  ['a development package', 'server/adapters/a.ts', `import 'playwright';`, /playwright is not in the dependencies/],
  ['an undeclared package', 'demo-site/a.ts', `import '@left/pad/deep';`, /@left\/pad is not in the lists/],
  ['react in the frame', 'widget/frame/a.tsx', `import 'react';`, /widget may not use react/],
  [
    'the react wrapper in the frame',
    'widget/frame/a.ts',
    `import '../loader/react.tsx';`,
    /widget may not know widgetReact/,
  ],
  [
    'the frame in the react wrapper, with preact',
    'widget/react/a.ts',
    `import 'preact';`,
    /widgetReact may not use preact/,
  ],
  ['node in a client', 'clients/typescript/a.ts', `import 'node:crypto';`, /clients may not use node:crypto/],
  ['a package in shared', 'shared/wire/a.ts', `import 'hono';`, /shared may not use hono/],
  // Purity.
  ['a clock in the domain', 'server/domain/a.ts', `export const a = () => Date.now();`, /uses Date\.now/],
  ['today in the domain', 'server/domain/a.ts', `export const a = () => new Date();`, /uses new Date\(\)/],
  ['a clock in a use-case', 'server/usecases/a.ts', `export const a = () => Date.now();`, /uses Date\.now/],
  ['the network in the domain', 'server/domain/a.ts', `export const a = () => fetch('x');`, /uses fetch/],
  ['the environment in the domain', 'server/domain/a.ts', `export const a = process.env;`, /uses process/],
  ['chance in the domain, by hand', 'server/domain/a.ts', `export const a = Math.random();`, /uses Math\.random/],
  ['a global by its long name', 'server/domain/a.ts', `export const a = globalThis.fetch;`, /uses globalThis\.fetch/],
  // Layout.
  ['an unknown top folder', 'stuff/a.ts', ``, /stuff\/ is no part of the layout/],
  ['an unknown top folder of notes', 'notes/a.md', ``, /notes\/ is no part of the layout/],
  ['an unknown server folder', 'server/services/a.ts', ``, /server\/services\/ is no part/],
  ['helpers', 'server/domain/helpers/a.ts', ``, /a folder called helpers/],
  ['utils', 'widget/utils/a.ts', ``, /a folder called utils/],
  ['common', 'shared/common/a.json', `{}`, /a folder called common/],
  ['misc', 'docs/misc/a.md', ``, /a folder called misc/],
  ['an import of nothing', 'server/domain/a.ts', `import './gone.ts';`, /\.\/gone\.ts leads to no file/],
  ['build output in the server', 'server/http/a.ts', `import '../../dist/a.js';`, /leads to no file/],
  ['a long file', 'server/domain/a.ts', '\n'.repeat(401), /401 lines/],
  // Tests that do not run.
  ['only', 'tools/a.test.ts', `it.only('a', () => {});`, /it\.only keeps/],
  ['skip', 'tools/a.test.ts', `describe.skip('a', () => {});`, /describe\.skip keeps/],
  ['todo', 'tools/a.test.ts', `test.todo('a');`, /test\.todo keeps/],
  ['only of many', 'tools/a.test.ts', `it.concurrent.only.each([1])('a', () => {});`, /it\.concurrent\.only keeps/],
  ['skip by condition', 'tools/a.test.ts', `it.skipIf(true)('a', () => {});`, /it\.skipIf keeps/],
  ['a spec file', 'tools/a.spec.ts', ``, /call it \.test\.ts/],
];

describe('a planted violation is found where it lies, and nothing else is', () => {
  it.each(VIOLATIONS)('%s', (_what, path, text, said) => {
    const problems = problemsOf({ [path]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(said);
    expect(problems[0]?.startsWith(`${path}: `)).toBe(true);
  });

  it('a cycle of values and types, once and as a way round', () => {
    const problems = problemsOf({
      'server/domain/a.ts': `import type { B } from './b.ts'; export type A = B;`,
      'server/domain/b.ts': `export * from './c.ts'; export type B = 1;`,
      'server/domain/c.ts': `import './a.ts';`,
      'server/domain/d.ts': `import './a.ts';`,
    });
    expect(problems).toEqual([
      'server/domain/a.ts: imports run in a circle: ' +
        'server/domain/a.ts -> server/domain/b.ts -> server/domain/c.ts -> server/domain/a.ts',
    ]);
  });

  it('a file that imports itself', () => {
    expect(problemsOf({ 'server/domain/a.ts': `import './a.ts';` })[0]).toMatch(/circle/);
  });

  it('a file that cannot be parsed stops the check and is named', () => {
    expect(() => problemsOf({ 'server/domain/a.ts': 'const = ;' })).toThrow(/server\/domain\/a\.ts/);
  });
});
