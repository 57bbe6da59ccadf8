import { startClusterPairs } from '../server/testing/failovers/cluster-pairs.ts';
import { type DrillResult, drill } from '../server/testing/failovers/drill.ts';
import { startSentinelPair } from '../server/testing/failovers/sentinel-pair.ts';
import type { Product } from '../server/testing/redis-server.ts';

/**
 * Forces failovers to replicas that lag behind, behind Sentinel and in a Cluster, of Redis and of Valkey, and counts the
 * acknowledged commits that are undone: `npx tsx bench/failovers.ts 1000`.
 */
const HELD_BACK_MS = 300;
const RIGS = { sentinel: startSentinelPair, cluster: startClusterPairs } as const;

const total = Number(process.argv[2] ?? 100);
if (!Number.isInteger(total) || total < 4) throw new RangeError('give the number of failovers, at least 4');

const runs = (['sentinel', 'cluster'] as const).flatMap((topology) =>
  (['redis', 'valkey'] as const).map((product) => ({ topology, product })),
);
const faults = await Promise.all(runs.map(run));
process.exitCode = faults.some((count) => count > 0) ? 1 : 0;

async function run({ topology, product }: { topology: keyof typeof RIGS; product: Product }): Promise<number> {
  const rig = await RIGS[topology](product, HELD_BACK_MS);
  const report = (result: DrillResult): void => {
    const { failovers, acknowledged, refused, faults, unprotected } = result;
    console.log(
      `${topology} ${product}: ${failovers} failovers, ${acknowledged} acknowledged, ${refused} refused, ` +
        `${faults.length} faults; unprotected: ${unprotected.undone} of ${unprotected.acknowledged} undone`,
    );
    for (const fault of faults.slice(0, 10)) console.log(`  ${fault}`);
  };
  const onFailover = (result: DrillResult): void => {
    if (result.failovers % 10 === 0) report(result);
  };
  try {
    const result = await drill(rig, { failovers: Math.ceil(total / runs.length), onFailover });
    report(result);
    return result.faults.length;
  } finally {
    await rig.stop();
  }
}
