import { expect, test } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import { workerCount } from './worker-count.ts';

const REDIS = 'redis://127.0.0.1:6379';

test.each([
  [{}, 1],
  [{ COUNTERSIGN_WORKERS: 'auto' }, 1],
  [{ COUNTERSIGN_STORE: REDIS }, 1],
  [{ COUNTERSIGN_STORE: REDIS, COUNTERSIGN_WORKERS: '3' }, 3],
  [{ COUNTERSIGN_STORE: REDIS, COUNTERSIGN_WORKERS: 'auto' }, 8],
])('on eight cores %j makes %d', (env, count) => {
  expect(workerCount(loadConfig(env), 8)).toBe(count);
});
