import { startRedisHarness } from './redis-harness.ts';
import { storeConformance } from './store.suite.ts';

storeConformance('valkey', () => startRedisHarness('valkey'));
