import { expect, test } from 'vitest';
import { quotaCores } from './cpu-quota.ts';

const NONE = Number.POSITIVE_INFINITY;

/** The cores on a machine with these files. */
function coresWith(files: Readonly<Record<string, string>>): number {
  return quotaCores((path) => files[path]);
}

const V2 = { '/proc/self/cgroup': '0::/\n' };
const V1 = { '/proc/self/cgroup': '11:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n1:name=systemd:/\n' };
const v1Quota = (folder: string, quota: string) => ({
  [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
  [`${folder}/cpu.cfs_period_us`]: '100000\n',
});

// SR-19
test.each([
  ['no quota', 'max 100000\n', NONE],
  ['two cores', '200000 100000\n', 2],
  ['one and a half', '150000 100000\n', 1],
  ['half of one', '50000 100000\n', 1],
  ['eight, without a line feed', '800000 100000', 8],
  ['nothing', '', NONE],
  ['a period of zero', '0 0\n', NONE],
])('reads a quota of version 2: %s', (_, text, cores) => {
  expect(coresWith({ ...V2, '/sys/fs/cgroup/cpu.max': text })).toBe(cores);
});

// SR-19
test.each([
  ['no quota', '-1', NONE],
  ['four cores', '400000', 4],
  ['a tenth', '10000', 1],
])('reads a quota of version 1: %s', (_, quota, cores) => {
  expect(coresWith({ ...V1, ...v1Quota('/sys/fs/cgroup/cpu,cpuacct/docker/ab', quota) })).toBe(cores);
  // In a container its own group is mounted as the root.
  expect(coresWith({ ...V1, ...v1Quota('/sys/fs/cgroup/cpu', quota) })).toBe(cores);
});

// SR-19. The attack: a flood of passwords on a service whose pod, not whose container, has the quota.
test('takes the smallest quota of the groups around the process', () => {
  const files = {
    '/proc/self/cgroup': '0::/kubepods.slice/pod1.slice/container.scope\n',
    '/sys/fs/cgroup/kubepods.slice/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/kubepods.slice/pod1.slice/cpu.max': '200000 100000\n',
    '/sys/fs/cgroup/kubepods.slice/pod1.slice/container.scope/cpu.max': '600000 100000\n',
  };
  expect(coresWith(files)).toBe(2);
});

test('reads both versions where they are mounted side by side', () => {
  const both = { '/proc/self/cgroup': '2:cpuacct:/\n1:cpu:/system.slice\n0::/\n' };
  expect(coresWith({ ...both, ...v1Quota('/sys/fs/cgroup/cpu/system.slice', '300000') })).toBe(3);
  expect(coresWith({ ...both, '/sys/fs/cgroup/unified/cpu.max': '200000 100000\n' })).toBe(2);
});

test('knows no quota without control groups, and stays within their folder', () => {
  expect(coresWith({})).toBe(NONE);
  expect(coresWith({ '/proc/self/cgroup': 'garbage' })).toBe(NONE);
  const outside = { '/proc/self/cgroup': '0::/../../etc\n', '/sys/fs/etc/cpu.max': '100000 100000' };
  expect(coresWith(outside)).toBe(NONE);
});
