import { expect, test } from 'vitest';
import { isKnownWeak, judgeSettings, readVersion } from './inspect-server.ts';

test('Valkey is told by its name, not by the Redis version it claims', () => {
  const info = '# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n';
  expect(readVersion(info)).toEqual({ product: 'valkey', version: '8.1.1' });
  expect(readVersion('# Server\r\nredis_version:8.0.2\r\n')).toEqual({ product: 'redis', version: '8.0.2' });
});

test.each([
  ['redis', '7.0.15', true],
  ['redis', '7.2.10', true],
  ['redis', '7.2.11', false],
  ['redis', '7.4.5', true],
  ['redis', '8.0.3', true],
  ['redis', '8.0.4', false],
  ['redis', '8.2.1', true],
  ['redis', '8.2.2', false],
  ['redis', '8.4.0', false],
  ['redis', '9.0.0', false],
  ['valkey', '7.2.10', true],
  ['valkey', '8.1.3', true],
  ['valkey', '8.1.4', false],
  ['valkey', '9.0.0', false],
] as const)('%s %s known weak: %s', (product, version, weak) => {
  expect(isKnownWeak(product, version)).toBe(weak);
});

test('every weak setting is named', () => {
  const settings = new Map([
    ['appendonly', 'no'],
    ['appendfsync', 'always'],
  ]);
  expect(judgeSettings(settings)).toEqual([
    'appendonly is "no" and must be "yes"',
    'no-appendfsync-on-rewrite is "unknown" and must be "no"',
    'maxmemory-policy is "unknown" and must be "noeviction"',
  ]);
});
