import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { missingPrograms, PROGRAMS } from './programs.ts';

it('programs are found in any folder of the PATH, and what cannot be run does not count', () => {
  withTree({ 'a/redis-server': '', 'b/valkey-server': '', 'b/oathtool': '', 'b/chromium/x': '' }, (root) => {
    chmodSync(join(root, 'a/redis-server'), 0o755);
    chmodSync(join(root, 'b/valkey-server'), 0o755);
    const path = [join(root, 'nowhere'), join(root, 'a'), '', join(root, 'b')].join(delimiter);
    expect(missingPrograms(path).map(({ command }) => command)).toEqual(['chromium', 'oathtool']);
  });
});

it('all are missing without a PATH', () => {
  expect(missingPrograms(undefined)).toEqual(PROGRAMS);
});
