import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePromises } from '../required-settings.ts';
import {
  barrierProblems,
  CommandRefused,
  isKnownWeak,
  readVersion,
  replicationProblems,
  settingProblems,
} from './inspect-server.ts';

test('recognises Valkey by its name, not by its reported Redis version', () => {
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
] as const)('%s %s vulnerable: %s', (product, version, weak) => {
  expect(isKnownWeak(product, version)).toBe(weak);
});

test('names every weak setting', () => {
  const settings = new Map([
    ['appendonly', 'no'],
    ['appendfsync', 'always'],
  ]);
  expect(settingProblems(settings)).toEqual([
    'appendonly is "no" and must be "yes"',
    'no-appendfsync-on-rewrite is "unknown" and must be "no"',
    'maxmemory-policy is "unknown" and must be "noeviction"',
  ]);
});

// SR-50
test('counts a promise only for a setting that the server does not show', () => {
  const shown = new Map([
    ['appendonly', 'yes'],
    ['appendfsync', 'everysec'],
    ['no-appendfsync-on-rewrite', 'no'],
  ]);
  expect(settingProblems(shown, ['appendfsync', 'maxmemory-policy'])).toEqual([
    'appendfsync is "everysec" and must be "always"',
  ]);
  expect(settingProblems(new CommandRefused('ERR unknown command'), ['appendfsync', 'appendonly'])).toEqual([
    expect.stringContaining('no-appendfsync-on-rewrite=no,maxmemory-policy=noeviction'),
  ]);
});

test.each([
  ['appendonly=yes', ['appendonly']],
  [' maxmemory-policy=noeviction , appendfsync=always ', ['appendfsync', 'maxmemory-policy']],
  ['appendonly=no', undefined],
  ['appendonly', undefined],
  ['appendonly=yes,everything=fine', undefined],
  ['appendonly=yes,appendonly=yes', undefined],
])('reads the promises %j', (text, promised) => {
  expect(parsePromises(text)).toEqual(promised);
});

// SR-7
test('accepts a server alone, and refuses one that has a replica or is one', () => {
  const NEVER_A_REPLICA = '0'.repeat(40);
  fc.assert(
    fc.property(
      fc.constantFrom('master', 'slave', undefined),
      fc.nat(3),
      fc.constantFrom(NEVER_A_REPLICA, 'c0ffee'.padEnd(40, '0'), undefined),
      fc.option(fc.array(fc.constantFrom('master', 'myself,master', 'slave', 'slave,fail', 'myself,slave'))),
      fc.boolean(),
      (role, connected, promotedFrom, nodes, behindSentinel) => {
        const info = [
          '# Replication',
          ...(role === undefined ? [] : [`role:${role}`]),
          `connected_slaves:${connected}`,
          ...(promotedFrom === undefined ? [] : [`master_replid2:${promotedFrom}`]),
          '# Cluster',
          `cluster_enabled:${nodes === null ? 0 : 1}`,
        ].join('\r\n');
        const listed = nodes?.map((flags, at) => `id${at} 127.0.0.1:${at}@${at} ${flags} - 0 0 1 connected`).join('\n');
        const alone =
          role === 'master' &&
          connected === 0 &&
          (promotedFrom ?? NEVER_A_REPLICA) === NEVER_A_REPLICA &&
          !nodes?.some((flags) => flags.includes('slave')) &&
          !behindSentinel;
        expect(replicationProblems(info, listed, behindSentinel).length === 0).toBe(alone);
      },
    ),
  );
});

test('refuses a cluster node that does not list the others', () => {
  const info = 'role:master\r\nconnected_slaves:0\r\ncluster_enabled:1\r\n';
  const refused = new CommandRefused('NOPERM');
  expect(replicationProblems(info, refused, false)).toEqual([expect.stringContaining('CLUSTER NODES is refused')]);
});

// SR-7
test.each([
  ['a replica that reports', ['slave0:ip=::1,port=1,state=online,offset=9,lag=1'], 1, []],
  ['one of two', ['slave0:ip=::1,port=1,state=online,offset=9,lag=0,type=replica'], 2, ['replicas online: 1']],
  ['a silent replica', ['slave0:ip=::1,port=1,state=online,offset=9,lag=11'], 1, ['replicas online: 0']],
  [
    'a replica that has no data yet',
    ['slave0:ip=::1,port=1,state=send_bulk,offset=0,lag=0'],
    1,
    ['replicas online: 0'],
  ],
])('with commits that wait for replicas, a primary needs them: %s', (_, lines, replicas, problems) => {
  const info = ['redis_version:8.0.2', 'role:master', `connected_slaves:${lines.length}`, ...lines].join('\r\n');
  expect(barrierProblems(info, replicas)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
});

test('with commits that wait for replicas, refuses a replica itself, and a server without WAITAOF', () => {
  expect(barrierProblems('redis_version:7.0.15\r\nrole:slave\r\n', 1)).toEqual([
    expect.stringContaining('no WAITAOF'),
    'its role is "slave" and must be "master"',
  ]);
  const replicaOfCluster = 'redis_version:7.2.0\r\nrole:slave\r\ncluster_enabled:1\r\n';
  expect(barrierProblems(replicaOfCluster, 1)).toEqual([]);
});
