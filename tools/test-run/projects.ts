import { availableParallelism } from 'node:os';
import type { TestProjectConfiguration } from 'vitest/config';
import { compiledMessages, messagesByLanguage } from '../build/plugins.ts';

const store = ['server/store/{redis,lmdb}/**/*.test.ts', 'server/testing/store-conformance/**/*.test.ts'];
/** A service with its routes, called over HTTP. */
const http = [
  'server/*.test.ts',
  'server/{http,composition,jobs}/**/*.test.ts',
  'server/**/{page,pages}/*.test.ts',
  'server/**/{routes,*-routes}.test.ts',
  'server/protectimus/{endpoints/**/*,http-auth}.test.ts',
  'demo-site/**/*.test.ts',
];
/** Of the built product, without a browser; includes the libraries in other languages and the documents. */
const built = [
  'e2e/**/*.built.test.ts',
  'docs/**/*.test.ts',
  'clients/{python,php,java}/*.test.ts',
  'clients/typescript/documented.test.ts',
];
const browser = ['e2e/**/*.test.ts', '{widget,docs}/**/*.browser.test.ts'];

/** No deadline of the runner ends what is slow: a busy machine takes ten times as long as a quiet one. */
const patient = {
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 120_000 } },
} as const;

/** At least two files at a time: by default the runner leaves one core free, which is half of two. */
const computing = { maxWorkers: Math.max(2, availableParallelism() - 1), sequence: { groupOrder: 0 } };
/** These also wait for browsers, disks and other processes. Two runs of them are side by side. */
const waiting = { maxWorkers: Math.ceil(availableParallelism() / 2) + 1, sequence: { groupOrder: 1 } };

/**
 * Two lanes of runs of the runner, side by side; in each, one run after the other. At first one computes while the other
 * waits. The projects of one run share its workers, so that no core is idle while another project ends.
 */
export const TEST_LANES = [
  [['unit', 'http'], ['browser']],
  [['store'], ['built']],
] as const;

/** Five kinds of tests, from seconds to minutes; `npx vitest --project unit` runs one. */
export const testProjects: TestProjectConfiguration[] = [
  {
    plugins: [compiledMessages, messagesByLanguage],
    test: {
      name: 'unit',
      ...computing,
      isolate: false,
      ...patient,
      include: ['{shared,server,ui,widget,console,cli,clients,tools,bench}/**/*.test.{ts,tsx}'],
      exclude: [...store, ...http, ...built, ...browser, '**/node_modules/**', '**/dist/**'],
    },
  },
  { test: { name: 'store', ...waiting, ...patient, include: store } },
  {
    test: {
      name: 'http',
      ...computing,
      isolate: false,
      ...patient,
      include: http,
    },
  },
  {
    test: {
      name: 'built',
      globalSetup: 'e2e/harness/build-first.ts',
      ...waiting,
      isolate: false,
      include: built,
      exclude: ['docs/**/*.browser.test.ts'],
      ...patient,
    },
  },
  {
    test: {
      name: 'browser',
      globalSetup: 'e2e/harness/build-first.ts',
      isolate: false,
      ...waiting,
      include: browser,
      exclude: ['e2e/**/*.built.test.ts'],
      ...patient,
    },
  },
];
