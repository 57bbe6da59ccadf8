import { startClusterHarness } from './redis-harness.ts';
import { storeConformance } from './store.suite.ts';

// SR-51: everything passes on a real cluster of three primaries.
storeConformance('redis cluster', () => startClusterHarness('redis'));
