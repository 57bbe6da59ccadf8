import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { prepare } from './prepare.ts';
import { NEEDS, type Need } from './programs.ts';

interface MachineOptions {
  here: readonly string[];
  isRoot?: boolean;
  /** What an installation adds; undefined: it fails. */
  brings?: readonly string[];
  /** True if programs have their libraries; libraries with a fixed path depend on the machine that runs this. */
  libraries?: boolean;
}

function prepareOn({ here, isRoot = false, brings, libraries = true }: MachineOptions): {
  ready: boolean;
  ran: string[];
  said: string;
} {
  return withTree({}, (root) => {
    const bin = join(root, 'bin');
    mkdirSync(bin);
    const put = (name: string): void => writeFileSync(join(bin, name), '', { mode: 0o755 });
    for (const name of here) put(name);
    const ran: string[] = [];
    const output: string[] = [];
    const ready = prepare({
      searchPath: bin,
      isRoot,
      probe: () => libraries || ran.some((line) => line.includes('python3-jwt')),
      run: (command, args) => {
        ran.push([command, ...args].join(' '));
        if (args[0] === 'install') for (const name of brings ?? []) put(name);
        return brings !== undefined;
      },
      say: (text) => output.push(text),
    });
    return { ready, ran, said: output.join('\n') };
  });
}

const ALL = NEEDS.flatMap((need: Need) => ('command' in need ? [need.command] : []));

it('does and prints nothing if everything is installed', () => {
  expect(prepareOn({ here: [...ALL, 'apt-get'], isRoot: true })).toEqual({ ready: true, ran: [], said: '' });
});

it('as root with apt: updates first, then installs only what is missing', () => {
  const here = [...ALL.filter((name) => name !== 'valkey-server' && name !== 'oathtool'), 'apt-get'];
  const { ready, ran } = prepareOn({ here, isRoot: true, brings: ['valkey-server', 'oathtool'] });
  expect(ran).toEqual(['apt-get update -q', 'apt-get install -q -y --no-install-recommends valkey-server oathtool']);
  expect(ready).toBe(true);
});

it('installs the libraries of installed programs', () => {
  const { ready, ran } = prepareOn({ here: [...ALL, 'apt-get'], isRoot: true, libraries: false, brings: [] });
  expect(ran[1]).toContain(
    'python3 python3-jwt python3-cryptography python3-django python3-flask python3-flask-session python3-msgspec php-cli php-curl php-intl php-mbstring php-sqlite3 php-xml',
  );
  expect(ready).toBe(true);
});

it.each([
  ['not root', { here: ['apt-get'] }, 0],
  ['no apt', { here: [], isRoot: true }, 0],
  ['an update that fails', { here: ['apt-get'], isRoot: true }, 1],
  ['an installation that brings too little', { here: ['apt-get'], isRoot: true, brings: ALL.slice(1) }, 2],
])('%s: prints what to install and is not ready', (_what, given, commands) => {
  const { ready, ran, said } = prepareOn(given);
  expect(ran).toHaveLength(commands);
  expect(said).toMatch(/sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server/);
  expect(ready).toBe(false);
});

it('as a command, on a machine without anything: fails and names the packages', () => {
  withTree({ 'empty/x': '' }, (root) => {
    const script = fileURLToPath(new URL('../prepare-tests.ts', import.meta.url));
    const run = spawnSync(process.execPath, ['--import', 'tsx', script], {
      env: { PATH: join(root, 'empty') },
      encoding: 'utf8',
    });
    expect(run.stderr).toContain(
      'sudo apt-get install -y --no-install-recommends redis-server valkey-server chromium chromium-headless-shell oathtool strace faketime zsh fish python3',
    );
    expect(run.status).toBe(1);
  });
});
