import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { debianVersion } from './debian-package.ts';
import { exampleFiles } from './service-files.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const backup = readFileSync(join(ROOT, 'deploy/systemd/countersign-backup.service'), 'utf8');

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

test('the tarball and the package bring alerts, dashboard, proxies and Redis, without their tests', () => {
  const files = exampleFiles(ROOT);
  for (const name of [
    'prometheus/countersign-alerts.yml',
    'grafana/countersign.json',
    'proxy/haproxy.cfg',
    'redis/sentinel.conf',
  ])
    expect(files).toContain(`deploy/${name}`);
  expect(files.filter((path) => path.includes('.test.'))).toEqual([]);
});

test('systemd understands the timer of backups, which leaves little exposed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-timer-'));
  try {
    for (const name of ['countersign-backup.service', 'countersign-backup.timer'])
      writeFileSync(join(folder, name), readFileSync(join(ROOT, 'deploy/systemd', name)));
    const timer = join(folder, 'countersign-backup.timer');
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', timer], { encoding: 'utf8' });
    expect([verified.status, verified.stdout + verified.stderr]).toEqual([0, '']);
    const service = join(folder, 'countersign-backup.service');
    const args = ['security', '--offline=true', '--no-pager', '--threshold=15', service];
    const { stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(1.4);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the unit of backups runs the command with its options, and removes old backups only after a new one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-backups-'));
  try {
    const scripts = Array.from(backup.matchAll(/^ExecStart(?:Post)?=\/bin\/sh -ec '(.*)'$/gm), ([, script = '']) =>
      script.replaceAll('%%', '%'),
    );
    expect(scripts).toHaveLength(2);
    mkdirSync(join(folder, 'kept'));
    // In place of the command: it writes what it was given.
    writeFileSync(join(folder, 'command'), '#!/bin/sh\necho "$@" > "$2"\n', { mode: 0o755 });
    const command = '/usr/bin/node /usr/lib/countersign/dist/cli/countersign.js';
    expect(scripts[0]).toContain(command);
    for (const [name, ageDays] of [
      ['old', 20],
      ['young', 3],
    ] as const) {
      const file = join(folder, 'kept', `${name}.backup`);
      writeFileSync(file, '');
      const seconds = Date.now() / 1000 - ageDays * 86_400;
      utimesSync(file, seconds, seconds);
    }
    const env = { PATH: process.env.PATH, OPTIONS: '--encrypt-to age1x', KEPT_DAYS: '14' };
    for (const script of scripts) {
      const own = script.replace(command, join(folder, 'command'));
      execFileSync('/bin/sh', ['-ec', own], { cwd: join(folder, 'kept'), env });
    }
    const kept = readdirSync(join(folder, 'kept')).sort();
    expect(kept).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT\d{6}Z\.backup$/), 'young.backup']);
    expect(readFileSync(join(folder, 'kept', kept[0] ?? ''), 'utf8')).toBe(`backup ${kept[0]} --encrypt-to age1x\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
