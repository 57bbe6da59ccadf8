import { availableParallelism } from 'node:os';
import type { TestProjectConfiguration } from 'vitest/config';

const store = ['server/store/{redis,lmdb}/**/*.test.ts', 'server/testing/store-conformance/**/*.test.ts'];
/** A service with its routes, asked by HTTP. */
const http = [
  'server/*.test.ts',
  'server/{http,composition,jobs}/**/*.test.ts',
  'server/**/page/*.test.ts',
  'server/**/{routes,*-routes}.test.ts',
  'server/protectimus/{endpoints/**/*,http-auth}.test.ts',
  'demo-site/**/*.test.ts',
];
/** Of the built product, but without a browser; libraries in other languages and documents are tried against it as well. */
const built = ['e2e/**/*.built.test.ts', 'docs/**/*.test.ts', 'clients/{python,php,java}/*.test.ts'];
const browser = ['e2e/**/*.test.ts', '{widget,docs}/**/*.browser.test.ts'];

/** At least two files at a time: by itself the runner leaves one core free, which of two is half. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/** Five kinds of test, from seconds to minutes; `npx vitest --project unit` runs one. */
export const testProjects: TestProjectConfiguration[] = [
  {
    test: {
      name: 'unit',
      maxWorkers,
      isolate: false,
      // Properties and races on a machine that does other things as well.
      testTimeout: 30_000,
      hookTimeout: 30_000,
      include: ['{shared,server,widget,console,cli,clients,tools,bench}/**/*.test.{ts,tsx}'],
      exclude: [...store, ...http, ...built, ...browser, '**/node_modules/**', '**/dist/**'],
    },
  },
  { test: { name: 'store', maxWorkers, include: store, testTimeout: 300_000, hookTimeout: 120_000 } },
  {
    test: {
      name: 'http',
      maxWorkers,
      isolate: false,
      include: http,
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  },
  {
    test: {
      name: 'built',
      globalSetup: 'e2e/harness/build-first.ts',
      maxWorkers,
      isolate: false,
      include: built,
      exclude: ['docs/**/*.browser.test.ts'],
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  },
  {
    test: {
      name: 'browser',
      globalSetup: 'e2e/harness/build-first.ts',
      isolate: false,
      // Two on two cores, since a page waits as well; more of them would only make one another late.
      maxWorkers: 2,
      sequence: { groupOrder: 1 },
      include: browser,
      exclude: ['e2e/**/*.built.test.ts'],
      testTimeout: 60_000,
      hookTimeout: 120_000,
      // What a poll waits for is shown by another process: a second is little on a busy machine.
      expect: { poll: { timeout: 15_000 } },
    },
  },
];
