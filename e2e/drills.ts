import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSentinelPair } from '../server/testing/failovers/sentinel-pair.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { type Drill, hasFailed, type Outcome, runDrill } from './drills/drill.ts';
import { drillsOnRedis } from './drills/on-redis.ts';
import { drillRestore } from './drills/restore.ts';
import { type Rig, startRig } from './drills/rig.ts';
import { drillUpgrade } from './drills/upgrade.ts';

/**
 * Puts two processes behind HAProxy through what happens in production, under traffic, and prints what was lost:
 * `npm run drills`, as root on Linux, with the programs that the tests need. Names of drills, or parts of them, choose.
 */
const LAG_OF_REPLICA_MS = 50;
/** Enough for the append-only file of all drills. */
const DISK = '512m';

/** The oldest form of a store that is kept. */
const OLDEST = 'embedded-1-shape-1';

const wanted = process.argv.slice(2).map((name) => name.toLowerCase());
const isWanted = (name: string) => wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part));
const outcomes: Outcome[] = [];

await onOneRedis();
await behindSentinel();
if (isWanted('earlier version')) add(await drillUpgrade(OLDEST));
print(outcomes);
process.exitCode = outcomes.some(hasFailed) ? 1 : 0;

async function onOneRedis(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cs-drill-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'none', folder]);
  try {
    const redis = await startRedisServer({ product: 'redis', args: ['--dir', folder] });
    const rig = await startRig(redis.url);
    try {
      await runAll(rig, drillsOnRedis({ folder, redis }));
      if (isWanted('backup restored')) add(await drillRestore(rig, redis.url));
    } finally {
      await rig.remove();
      await redis.stop();
    }
  } finally {
    execFileSync('umount', [folder]);
    await rm(folder, { recursive: true });
  }
}

async function behindSentinel(): Promise<void> {
  const drills: Drill[] = [
    { name: 'Failover by Sentinel, primary killed', mayFail: true, run: () => pair.failOver('kill') },
    { name: 'Failover by Sentinel, primary alive', mayFail: true, run: () => pair.failOver('live') },
  ];
  if (!drills.some(({ name }) => isWanted(name))) return;
  const pair = await startSentinelPair('redis', LAG_OF_REPLICA_MS);
  const rig = await startRig(pair.url, { COUNTERSIGN_STORE_REPLICAS: '1' });
  try {
    await runAll(rig, drills);
  } finally {
    await rig.remove();
    await pair.stop();
  }
}

async function runAll(rig: Rig, drills: readonly Drill[]): Promise<void> {
  for (const drill of drills) if (isWanted(drill.name)) add(await runDrill(rig, drill));
}

function add(outcome: Outcome): void {
  outcomes.push(outcome);
  console.error(`${hasFailed(outcome) ? 'FAILED' : 'passed'}: ${outcome.name}`);
}

function print(rows: readonly Outcome[]): void {
  const cells = rows.map((row) => [
    row.name,
    row.acknowledged,
    [...row.failures].map(([what, count]) => `${count} × ${what}`).join(', ') || 0,
    `${(row.longestGapMs / 1000).toFixed(1)} s`,
    row.lostUsers + row.lostEvents === 0 ? 'nothing' : `${row.lostUsers} users, ${row.lostEvents} events`,
    row.replayed,
  ]);
  const head = ['Drill', 'Acknowledged', 'Failed', 'Longest pause', 'Lost', 'Used codes that worked again'];
  for (const line of [head, head.map(() => '---'), ...cells]) console.log(`| ${line.join(' | ')} |`);
}
