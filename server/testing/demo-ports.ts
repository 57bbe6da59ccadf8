import { setStorePurpose } from '../store/set-store-purpose.ts';
import { openTemporaryStore } from './temporary-store.ts';
import { FakeClock, openTestPorts, seededRandom, type TestPorts } from './test-ports.ts';

/** Ports over a new store that belongs to a demo. */
export async function openDemoPorts(seed: string): Promise<TestPorts> {
  const over = await openTemporaryStore();
  await setStorePurpose({ store: over.store, clock: new FakeClock(), random: seededRandom(seed) }, 'demo');
  return openTestPorts(seed, over);
}
