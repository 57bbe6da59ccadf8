import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { descendantsOf, parsePs } from './end-run.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends all that a run started, and removes its folders',
  async (signal) => {
    const run = spawn(process.execPath, ['--import', 'tsx', 'tools/testing/interrupted-run.ts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(run, 'exit');
    let output = '';
    run.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await waitUntil('its processes run', () => {
      if (run.exitCode !== null) throw new Error(`the run ended:\n${output}`);
      return /^(.+\n){3}/.test(output);
    });
    const [folder = '', ...pids] = output.trim().split('\n');
    expect(existsSync(folder)).toBe(true);
    expect(pids.map((pid) => isRunning(Number(pid)))).toEqual([true, true]);
    run.kill(signal);
    expect(await exited).toEqual([128 + constants.signals[signal], null]);
    await waitUntil('its processes are gone', () => !pids.some((pid) => isRunning(Number(pid))));
    expect(existsSync(folder)).toBe(false);
  },
);

it('finds all descendants, and nothing else, however they are listed', () => {
  // The parent of each process is an earlier one.
  const parents = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      parents.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
      ),
      ([all, order]) => {
        const parentOf = (pid: number) => (all[pid] ?? 0) % Math.max(pid, 1);
        const isBelow = (pid: number): boolean => pid > 1 && (parentOf(pid) === 1 || isBelow(parentOf(pid)));
        const table = order.filter((pid) => pid > 0).map((pid) => [pid, parentOf(pid)] as const);
        expect(descendantsOf(1, table).sort()).toEqual([...all.keys()].filter(isBelow).sort());
      },
    ),
  );
});

it('reads the list of `ps`, without `ps` itself', () => {
  const output =
    '    1     0 /sbin/launchd\n  213     1 node\n  214   213 ps\n  215   213 /bin/ps\n  216   213 /usr/bin/redis-ps\n';
  expect(parsePs(output)).toEqual([
    [1, 0],
    [213, 1],
    [216, 213],
  ]);
});
