import { afterAll, beforeAll, describe } from 'vitest';
import { archiveBehaviour } from './archive.suite.ts';
import { archiveRetentionBehaviour } from './archive-retention.suite.ts';
import { consumerBehaviour } from './consumer.suite.ts';
import { startEmbeddedHarness } from './embedded-harness.ts';
import type { StoreHarness } from './harness.ts';
import { startRedisHarness } from './redis-harness.ts';

describe.each([
  ['embedded', startEmbeddedHarness],
  ['redis', () => startRedisHarness('redis')],
] as const)('over the %s store', (_, start) => {
  let harness: StoreHarness;
  beforeAll(async () => {
    harness = await start();
  });
  afterAll(() => harness?.stop());
  consumerBehaviour((options) => harness.fresh(options));
  archiveBehaviour((options) => harness.fresh(options));
  archiveRetentionBehaviour((options) => harness.fresh(options));
});
