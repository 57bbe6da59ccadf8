import { resolve } from 'node:path';
import { resolveConfig } from 'vite';
import { expect, test } from 'vitest';

const configFile = resolve(import.meta.dirname, '../../vite.config.ts');
const namesFor = async (command: 'build' | 'serve') =>
  (await resolveConfig({ configFile, logLevel: 'silent' }, command)).plugins.map(({ name }) => name);

// The runner of the tests reads the same configuration, and closes it while other tests read what was built.
test.each(['copy-what-is-read-at-run-time', 'make-it-executable'])('%s is done by a build alone', async (name) => {
  expect(await namesFor('build')).toContain(name);
  expect(await namesFor('serve')).not.toContain(name);
});
