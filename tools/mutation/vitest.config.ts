import { defineConfig } from 'vitest/config';

/** The tests of one module, with the settings of the project `unit`. `tools/mutation.ts` names them. */
export default defineConfig({
  test: {
    globalSetup: 'tools/test-run/own-folders.ts',
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    include: JSON.parse(process.env.MUTATION_TESTS ?? '[]') as string[],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
