import { startRedisHarness } from './redis-harness.ts';
import { storeConformance } from './suite.ts';

storeConformance('redis', () => startRedisHarness('redis'));
