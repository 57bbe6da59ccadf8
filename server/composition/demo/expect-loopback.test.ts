import { expect, test } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import { expectLoopback } from './expect-loopback.ts';

const HERE = { COUNTERSIGN_LISTEN: '127.0.0.1:8080' };

// SR-42. The attack: someone on the network signs in with the password that the demo prints.
test.each<[string, Record<string, string>, RegExp]>([
  [
    'listens for all',
    { COUNTERSIGN_LISTEN: '0.0.0.0:8080', COUNTERSIGN_URL: 'http://localhost:8080' },
    /loopback only/,
  ],
  ['administers for all', { ...HERE, COUNTERSIGN_ADMIN_LISTEN: '192.0.2.1:8081' }, /loopback only/],
  ['is measured by all', { ...HERE, COUNTERSIGN_METRICS_LISTEN: '[::]:9090' }, /loopback only/],
  ['has a public URL', { ...HERE, COUNTERSIGN_URL: 'https://login.example' }, /COUNTERSIGN_URL/],
  ['is behind a proxy', { ...HERE, COUNTERSIGN_TRUSTED_PROXIES: '10.0.0.0/8' }, /COUNTERSIGN_TRUSTED_PROXIES/],
])('SR-42: a demo that %s is refused', (_what, env, message) => {
  expect(() => expectLoopback(loadConfig(env))).toThrow(message);
});

test.each<Record<string, string>>([
  {},
  HERE,
  { COUNTERSIGN_LISTEN: '[::1]:8080', COUNTERSIGN_URL: 'http://localhost:8080' },
  { ...HERE, COUNTERSIGN_ADMIN_LISTEN: 'localhost:8082', COUNTERSIGN_METRICS_LISTEN: '127.0.0.1:9090' },
])('a demo on loopback is served: %j', (env) => {
  expectLoopback(loadConfig(env));
});
