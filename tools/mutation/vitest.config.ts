import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { mutate, type RequirementMutation } from './requirements.ts';

/** The rule that `npm run mutation -- --requirements` changes in this run. */
const mutated = JSON.parse(process.env.MUTATED_RULE ?? 'null') as RequirementMutation | null;

/** The tests of one module, with the settings of the project `unit`. `tools/mutation.ts` names them. */
export default defineConfig({
  plugins: mutated
    ? [
        {
          name: 'mutated-rule',
          enforce: 'pre',
          transform: (code, id) => (id === resolve(mutated.file) ? mutate(code, mutated) : undefined),
        },
      ]
    : [],
  test: {
    globalSetup: 'tools/test-run/own-folders.ts',
    setupFiles: 'tools/mutation/thread-umask.ts',
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    include: JSON.parse(process.env.MUTATION_TESTS ?? '[]') as string[],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
