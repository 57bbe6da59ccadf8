import { expect, test } from 'vitest';
import { startClusterPairs } from '../failovers/cluster-pairs.ts';
import { drill } from '../failovers/drill.ts';
import { startSentinelPair } from '../failovers/sentinel-pair.ts';

const FAILOVERS = 2;
const HELD_BACK_MS = 300;

// `bench/failovers.ts` forces as many as wanted.
test.each([
  ['redis', 'Sentinel', startSentinelPair],
  ['valkey', 'Sentinel', startSentinelPair],
  ['redis', 'a Cluster', startClusterPairs],
  ['valkey', 'a Cluster', startClusterPairs],
] as const)(
  'SR-7: no failover of %s in %s to a replica that lags behind undoes an acknowledged commit',
  async (product, _, start) => {
    const rig = await start(product, HELD_BACK_MS);
    try {
      const { faults, acknowledged, unprotected } = await drill(rig, { failovers: FAILOVERS });
      // The attack works: what waits for no replica is undone.
      expect(unprotected.undone).toBeGreaterThan(0);
      expect(acknowledged).toBeGreaterThan(0);
      expect(faults).toEqual([]);
    } finally {
      await rig.stop();
    }
  },
);
