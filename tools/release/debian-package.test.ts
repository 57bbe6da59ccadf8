import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { debianVersion } from './debian-package.ts';

test.each([
  ['0.2.0-rc.1', '0.2.0'],
  ['0.2.0-rc.1', '0.2.0-rc.2'],
  ['0.2.0-alpha-2', '0.2.0-rc.1'],
  ['0.1.0', '0.2.0-rc.1'],
])('Debian upgrades %s to %s', (before, after) => {
  const versions = [debianVersion(before), 'lt', debianVersion(after)];
  expect(() => execFileSync('dpkg', ['--compare-versions', ...versions])).not.toThrow();
  expect(() => execFileSync('dpkg', ['--validate-version', debianVersion(before)])).not.toThrow();
});
