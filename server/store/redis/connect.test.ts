import { describe, expect, test } from 'vitest';
import { parseAddress } from './connect.ts';

describe('parseAddress', () => {
  test.each([
    ['redis://localhost', { kind: 'standalone', tls: false, nodes: [{ host: 'localhost', port: 6379 }], db: 0 }],
    ['rediss://a.example:6380/3', { kind: 'standalone', tls: true, nodes: [{ host: 'a.example', port: 6380 }], db: 3 }],
    ['redis://[::1]:7000', { kind: 'standalone', tls: false, nodes: [{ host: '::1', port: 7000 }], db: 0 }],
    [
      'redis://user:p%40ss%3A@h',
      {
        kind: 'standalone',
        tls: false,
        nodes: [{ host: 'h', port: 6379 }],
        username: 'user',
        password: 'p@ss:',
        db: 0,
      },
    ],
    [
      'redis://:only@h',
      { kind: 'standalone', tls: false, nodes: [{ host: 'h', port: 6379 }], password: 'only', db: 0 },
    ],
    [
      'unix://user:p%40ss@/run/redis.sock',
      {
        kind: 'standalone',
        tls: false,
        nodes: [],
        path: '/run/redis.sock',
        username: 'user',
        password: 'p@ss',
        db: 0,
      },
    ],
    [
      'redis+sentinel://a:1,b/main',
      {
        kind: 'sentinel',
        tls: false,
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26379 },
        ],
        master: 'main',
        db: 0,
      },
    ],
    [
      'rediss+cluster://a:1,b:2',
      {
        kind: 'cluster',
        tls: true,
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        db: 0,
      },
    ],
  ])('%s', (url, address) => {
    expect(parseAddress(url)).toEqual(address);
  });

  test.each([
    ['http://localhost', 'must look like'],
    ['redis://', 'must look like'],
    ['redis://a:1,b:2', 'one host'],
    ['redis://a:99999', 'Not host:port'],
    ['redis://a/main', 'number'],
    ['redis+sentinel://a:1', 'masterName'],
    ['redis+cluster://a:1/2', 'only database 0'],
    ['unix://redis.sock', 'must look like'],
  ])('refuses %s', (url, message) => {
    expect(() => parseAddress(url)).toThrow(message);
  });

  test('does not repeat the password in an error', () => {
    expect(() => parseAddress('redis://user:hunter2@host:port')).toThrow(/^(?!.*hunter2)/);
  });
});
