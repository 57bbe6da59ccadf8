import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisServer } from '../../server/testing/redis-server.ts';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { startMailServer } from '../harness/mail-server.ts';
import type { Drill } from './drill.ts';
import { memoryLimit } from './memory-limit.ts';
import type { DrillProcess } from './process.ts';
import type { Rig } from './rig.ts';
import { describeAnswer } from './traffic.ts';

/** A Redis whose files are in a file system that the drill can fill. */
export interface SmallDisk {
  readonly folder: string;
  readonly redis: RedisServer;
}

export function drillsOnRedis({ folder, redis }: SmallDisk): Drill[] {
  return [
    { name: 'Rolling restart', mayFail: false, run: (rig, progress) => rollingRestart(rig, progress, () => {}) },
    // Before any process is killed: one without the new key counts for a minute, in which none starts that uses it.
    { name: 'Master key rotated', mayFail: false, run: rotateMasterKey },
    { name: 'One process killed (kill -9)', mayFail: true, run: killOne },
    { name: 'One process beyond its memory limit', mayFail: true, run: exceedMemory },
    {
      name: 'Redis killed and started',
      mayFail: true,
      async run(_rig, progress) {
        await redis.kill();
        await redis.start();
        await progress();
      },
    },
    { name: 'Disk of Redis full', mayFail: true, run: (_rig, progress) => fillDisk(folder, redis, progress) },
    { name: 'Clock of one process 800 days ahead', mayFail: false, run: setClockWrong },
    { name: 'Mail server lost', mayFail: false, run: loseMail },
    {
      name: 'Signing key rotated',
      mayFail: false,
      async run({ processes: [one] }, progress) {
        await one.run(['rotate', 'signing-key']);
        await progress();
      },
    },
    { name: 'Store moved', mayFail: true, run: (rig, progress) => moveStore(rig, redis.url, progress) },
  ];
}

/** One process after the other, as deploy/proxy/haproxy.cfg says. */
async function rollingRestart(
  { processes }: Rig,
  progress: () => Promise<void>,
  change: (process: DrillProcess) => void,
): Promise<void> {
  for (const process of processes) {
    await restart(process, change);
    await waitUntil('the proxy leads requests to it again', () => process.requests > 20);
    await progress();
  }
}

async function restart(process: DrillProcess, change: (process: DrillProcess) => void): Promise<void> {
  const [code] = await process.end('SIGTERM');
  if (code !== 0) throw new Error(`a process ended with ${code} instead of 0`);
  change(process);
  await process.start();
}

async function killOne({ processes: [one] }: Rig, progress: () => Promise<void>): Promise<void> {
  await one.end('SIGKILL');
  await progress();
  await one.start();
}

async function exceedMemory({ processes: [, two], ask }: Rig, progress: () => Promise<void>): Promise<void> {
  const limit = await memoryLimit();
  try {
    await two.end('SIGTERM');
    await two.start('ready', limit.prefix);
    await limit.setAboveUse(4 * 1024 * 1024);
    // Each hash takes 19 MiB.
    const login = { login: randomBytes(6).toString('hex'), password: 'correct horse battery staple' };
    const ended = two.ended();
    let isOver = false;
    const hashing = (async () => {
      for (; !isOver; login.login = randomBytes(6).toString('hex'))
        await ask('POST', '/v1/users', login).catch(() => {});
    })();
    const [, signal] = await ended;
    isOver = true;
    await hashing;
    if (signal !== 'SIGKILL') throw new Error(`the kernel did not end the process, but ${signal}`);
    await progress();
    await two.start();
  } finally {
    await limit.remove();
  }
}

async function fillDisk(folder: string, redis: RedisServer, progress: () => Promise<void>): Promise<void> {
  const file = join(folder, 'full');
  // dd ends with an error when nothing is left.
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=64k'], { stdio: 'ignore' });
  } catch {}
  await waitUntil('Redis ends, as a write failed', () => !isRunning(redis.pid));
  await rm(file);
  await redis.start();
  await progress();
}

/**
 * Also to another number of partitions. What the clients wait for is the restart: both processes stop, drain included, and
 * start, which takes as long as the machine is busy. It is printed apart from what the move itself takes.
 */
async function moveStore({ processes }: Rig, from: string, progress: () => Promise<void>): Promise<void> {
  const [one] = processes;
  const [to, partitions] = [`${from}/1`, '96'];
  const moved = await one.json<{ closedMs: number }>(['store', 'move', '--to', to, '--partitions', partitions]);
  console.error(`the store took no changes for ${moved.closedMs} ms`);
  const movedAt = performance.now();
  await Promise.all(processes.map((process) => process.end('SIGTERM')));
  const stoppedAt = performance.now();
  for (const process of processes) process.set({ COUNTERSIGN_STORE: to, COUNTERSIGN_STORE_PARTITIONS: partitions });
  await Promise.all(processes.map((process) => process.start()));
  const [stopMs, startMs] = [stoppedAt - movedAt, performance.now() - stoppedAt].map(Math.round);
  console.error(`the processes took ${stopMs} ms to stop and ${startMs} ms to start`);
  await progress();
}

function isRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function setClockWrong({ processes: [one] }: Rig, progress: () => Promise<void>): Promise<void> {
  const library = execFileSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
  await one.end('SIGTERM');
  one.set({ LD_PRELOAD: library, FAKETIME: '+800d', FAKETIME_DONT_FAKE_MONOTONIC: '1' });
  await one.start('live');
  await progress();
  const status = await one.health();
  if (status !== 503) throw new Error(`a process with a wrong clock is ready: ${status}`);
  await one.end('SIGTERM');
  one.unset('LD_PRELOAD', 'FAKETIME', 'FAKETIME_DONT_FAKE_MONOTONIC');
  await one.start();
}

async function loseMail({ mail, ask, processes }: Rig, progress: () => Promise<void>): Promise<void> {
  const name = randomBytes(6).toString('hex');
  const { body: user } = await ask('POST', '/v1/users', { login: name, email: `${name}@shop.example` });
  const reset = () => ask('POST', `/v1/users/${user.id}/password-reset`, { language: 'en' });
  await mail.close();
  const refused = await reset();
  if (refused.status !== 503) throw new Error(`without a mail server a reset was answered ${refused.status}`);
  await progress();
  const again = await startMailServer(mail.port);
  try {
    const sent = await reset();
    // Without a code the proxy answered. Otherwise the log of a process names the cause.
    if (sent.status >= 300) throw new Error(`a reset was answered ${describeAnswer(sent)}:\n${errorsOf(processes)}`);
    await waitUntil('the mail is there', () => again.to(`${name}@shop.example`).length === 1);
  } finally {
    await again.close();
  }
}

function errorsOf(processes: Rig['processes']): string {
  const isError = (line: string) => line.includes('"level":"error"');
  return processes.flatMap(({ out }) => out.split('\n').filter(isError).slice(-5)).join('\n');
}

/** As docs/operations/keys.md says for several processes with the key in the environment. */
async function rotateMasterKey(rig: Rig, progress: () => Promise<void>): Promise<void> {
  const old = rig.masterKey;
  const fresh = randomBytes(32).toString('base64');
  const stages: Record<string, string>[] = [
    { COUNTERSIGN_MASTER_KEY: old, COUNTERSIGN_OLD_MASTER_KEYS: fresh },
    { COUNTERSIGN_MASTER_KEY: fresh, COUNTERSIGN_OLD_MASTER_KEYS: old },
  ];
  for (const stage of stages) await rollingRestart(rig, progress, (process) => process.set(stage));
  const [one] = rig.processes;
  const isFinished = async () => {
    const status = await one.json<{ state: string }>(['rotate', 'master-key', 'status']).catch(() => undefined);
    return status?.state === 'ready';
  };
  await waitUntil('nothing is sealed under the old key', isFinished);
  await rollingRestart(rig, progress, (process) => process.unset('COUNTERSIGN_OLD_MASTER_KEYS'));
  rig.masterKey = fresh;
}
