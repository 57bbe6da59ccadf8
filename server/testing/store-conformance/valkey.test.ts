import { startRedisHarness } from './redis-harness.ts';
import { storeConformance } from './suite.ts';

storeConformance('valkey', () => startRedisHarness('valkey'));
