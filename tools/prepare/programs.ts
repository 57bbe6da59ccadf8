import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the tests start, and the Debian package that brings it. */
export interface Program {
  readonly command: string;
  readonly debian: string;
}

export const PROGRAMS: readonly Program[] = [
  { command: 'redis-server', debian: 'redis-server' },
  { command: 'valkey-server', debian: 'valkey-server' },
  { command: 'chromium', debian: 'chromium' },
  { command: 'oathtool', debian: 'oathtool' },
];

/** The programs that no folder of `searchPath` (a PATH) holds as something that can be run. */
export function missingPrograms(searchPath: string | undefined, programs = PROGRAMS): Program[] {
  const folders = (searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  return programs.filter(({ command }) => !folders.some((folder) => canRun(join(folder, command))));
}

/** What root runs on Debian to get them. */
export function aptCommands(missing: readonly Program[]): [command: string, ...args: string[]][] {
  const names = missing.map((program) => program.debian);
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...names],
  ];
}

/** What to tell somebody whose machine we cannot or may not change. */
export function instructions(missing: readonly Program[]): string {
  const names = missing.map((program) => program.debian).join(' ');
  return [
    `The tests need ${missing.map((program) => program.command).join(', ')} on the PATH.`,
    `  On Debian or Ubuntu:  sudo apt-get update && sudo apt-get install -y ${names}`,
    '  Elsewhere: install Redis 8, Valkey 8, Chromium and oath-toolkit by your own package manager.',
  ].join('\n');
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
