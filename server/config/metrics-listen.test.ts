import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

test('there are no metrics unless an address is set', () => {
  expect(loadConfig({}).metricsListen).toBeUndefined();
  const { metricsListen } = loadConfig({ COUNTERSIGN_METRICS_LISTEN: '[::1]:9464' });
  expect(metricsListen).toEqual({ host: '::1', port: 9464 });
});

// SR-59: the numbers tell how a guessing attack goes.
test.each([
  { COUNTERSIGN_METRICS_LISTEN: '127.0.0.1:8080' },
  { COUNTERSIGN_METRICS_LISTEN: '127.0.0.1:9000', COUNTERSIGN_LISTEN: '127.0.0.1:9000' },
  { COUNTERSIGN_METRICS_LISTEN: '127.0.0.1:9001', COUNTERSIGN_ADMIN_LISTEN: '127.0.0.1:9001' },
])('the address of another listener is refused for the metrics: %j', (env) => {
  expect(() => loadConfig(env)).toThrow(ConfigError);
  expect(() => loadConfig(env)).toThrow('COUNTERSIGN_METRICS_LISTEN must not be the address of another listener');
});

test('a free port is another one', () => {
  expect(() =>
    loadConfig({
      COUNTERSIGN_METRICS_LISTEN: '127.0.0.1:0',
      COUNTERSIGN_LISTEN: '127.0.0.1:0',
      COUNTERSIGN_URL: 'http://localhost:1',
    }),
  ).not.toThrow();
});
