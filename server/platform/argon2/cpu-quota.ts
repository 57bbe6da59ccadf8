const ROOT = '/sys/fs/cgroup';
/** Where the CPU controller of version 1 is mounted. */
const V1_FOLDERS = [`${ROOT}/cpu`, `${ROOT}/cpu,cpuacct`, `${ROOT}/cpuacct,cpu`];
/** Where version 2 is mounted: alone, or beside version 1. */
const V2_FOLDERS = [ROOT, `${ROOT}/unified`];

/**
 * Whole cores within the smallest CPU quota of the process' control group and the groups around it, at least one.
 * Infinity without a quota.
 *
 * @param read the text of a file, undefined if there is none
 */
export function quotaCores(read: (path: string) => string | undefined): number {
  const groups = read('/proc/self/cgroup') ?? '';
  const v2 = /^0::(\/.*)$/m.exec(groups)?.[1];
  const v1 = /^\d+:(?:[\w=,]+,)?cpu(?:,[\w=,]+)?:(\/.*)$/m.exec(groups)?.[1];
  const quotas = [
    ...pathsOf(V2_FOLDERS, v2).map((path) => parseQuota(read(`${path}/cpu.max`) ?? '')),
    ...pathsOf(V1_FOLDERS, v1).map((path) =>
      parseQuota(`${read(`${path}/cpu.cfs_quota_us`)?.trim()} ${read(`${path}/cpu.cfs_period_us`)?.trim()}`),
    ),
  ];
  return Math.min(...quotas, Number.POSITIVE_INFINITY);
}

/** The group and all around it. A container may see its own group as the root, under the path that the host knows. */
function pathsOf(folders: readonly string[], group: string | undefined): string[] {
  if (group === undefined) return [];
  const names = group.split('/').filter((name) => name !== '' && name !== '..');
  const groups = [...names, ''].map((_, at) =>
    names
      .slice(0, at)
      .map((name) => `/${name}`)
      .join(''),
  );
  return folders.flatMap((folder) => groups.map((path) => `${folder}${path}`));
}

/** Parses microseconds and period. Neither `max` nor -1 is a quota. */
function parseQuota(text: string): number {
  const [, quota, period] = /^(\d+) (\d+)\s*$/.exec(text) ?? [];
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) ? Math.max(1, Math.floor(cores)) : Number.POSITIVE_INFINITY;
}
