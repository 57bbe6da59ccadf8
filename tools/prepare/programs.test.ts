import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { aptCommands, instructions, missingPrograms, PROGRAMS } from './programs.ts';

const names = (searchPath: string | undefined): string[] => missingPrograms(searchPath).map(({ command }) => command);

describe('what the tests need', () => {
  it('is found in any folder of the PATH, and what cannot be run does not count', () => {
    withTree({ 'a/redis-server': '', 'b/valkey-server': '', 'b/oathtool': '', 'b/chromium/x': '' }, (root) => {
      chmodSync(join(root, 'a/redis-server'), 0o755);
      chmodSync(join(root, 'b/valkey-server'), 0o755);
      const path = [join(root, 'nowhere'), join(root, 'a'), '', join(root, 'b')].join(delimiter);
      expect(names(path)).toEqual(['chromium', 'oathtool']);
    });
  });

  it('is all missing without a PATH', () => {
    expect(missingPrograms(undefined)).toEqual(PROGRAMS);
  });

  it('is installed after an update, only what is missing, without questions', () => {
    expect(aptCommands(PROGRAMS.slice(2))).toEqual([
      ['apt-get', 'update', '-q'],
      ['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'chromium', 'oathtool'],
    ]);
  });

  it('is told in words that can be pasted', () => {
    expect(instructions(PROGRAMS.slice(0, 2))).toContain('apt-get install -y redis-server valkey-server\n');
  });

  it('where nothing may be installed: says so and fails', () => {
    withTree({ 'empty/x': '' }, (root) => {
      const script = fileURLToPath(new URL('../prepare-tests.ts', import.meta.url));
      const run = spawnSync(process.execPath, ['--import', 'tsx', script], {
        env: { PATH: join(root, 'empty') },
        encoding: 'utf8',
      });
      expect(run.stderr).toContain('sudo apt-get install -y redis-server valkey-server chromium oathtool');
      expect(run.status).toBe(1);
    });
  });
});
