import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlaps } from './listeners.ts';
import { ConfigError, loadConfig } from './load-config.ts';
import { parseListen } from './parse.ts';

const at = (text: string) => parseListen(text) ?? { host: 'unreadable', port: -1 };

test.each([
  ['127.0.0.1:8080', '127.0.0.1:8080'],
  ['0.0.0.0:8080', '127.0.0.1:8080'],
  ['[::]:8080', '127.0.0.1:8080'],
  ['[::]:8080', '0.0.0.0:8080'],
  ['[::]:8080', '[::1]:8080'],
  ['[::]:8080', 'auth.internal:8080'],
  ['[0:0::1]:8080', '[::1]:8080'],
  ['[::ffff:127.0.0.1]:8080', '127.0.0.1:8080'],
  ['localhost:8080', '127.0.0.1:8080'],
  ['localhost:8080', '[::1]:8080'],
  ['LOCALHOST.:8080', 'localhost:8080'],
  ['127.1:8080', '127.0.0.1:8080'],
  ['0:8080', '10.0.0.5:8080'],
  ['auth.internal:8080', 'AUTH.internal:8080'],
])('%s and %s are the same address', (one, other) => {
  expect(overlaps(at(one), at(other))).toBe(true);
  expect(overlaps(at(other), at(one))).toBe(true);
});

test.each([
  ['127.0.0.1:8080', '127.0.0.1:8081'],
  ['127.0.0.1:8080', '10.0.0.5:8080'],
  ['127.0.0.1:8080', '[::1]:8080'],
  ['0.0.0.0:8080', '[::1]:8080'],
  ['0.0.0.0:0', '0.0.0.0:0'],
  ['auth.internal:8080', 'auth.example:8080'],
])('%s and %s are two', (one, other) => {
  expect(overlaps(at(one), at(other))).toBe(false);
  expect(overlaps(at(other), at(one))).toBe(false);
});

test('an address overlaps with its other spelling and with every address, on the same port', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
      expect(overlaps({ host, port }, { host: host.toUpperCase(), port })).toBe(true);
      expect(overlaps({ host, port }, { host: '::', port })).toBe(true);
      expect(overlaps({ host, port }, { host, port: port - 1 })).toBe(false);
    }),
  );
});

// SR-27, SR-59. The attack: the administration or the metrics answer at the address that the internet reaches.
test.each([
  ['COUNTERSIGN_ADMIN_LISTEN', { COUNTERSIGN_LISTEN: '0.0.0.0:8080', COUNTERSIGN_ADMIN_LISTEN: '127.0.0.1:8080' }],
  ['COUNTERSIGN_ADMIN_LISTEN', { COUNTERSIGN_LISTEN: '127.0.0.1:8080', COUNTERSIGN_ADMIN_LISTEN: '[::]:8080' }],
  ['COUNTERSIGN_METRICS_LISTEN', { COUNTERSIGN_LISTEN: '0.0.0.0:9464', COUNTERSIGN_METRICS_LISTEN: 'localhost:9464' }],
  [
    'COUNTERSIGN_METRICS_LISTEN',
    { COUNTERSIGN_ADMIN_LISTEN: '127.0.0.1:9464', COUNTERSIGN_METRICS_LISTEN: '0.0.0.0:9464' },
  ],
])('%s is refused at the address of another listener: %j', (name, env) => {
  const load = () => loadConfig({ COUNTERSIGN_URL: 'https://auth.example', ...env });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(`${name} must not be the address of another listener`);
});
