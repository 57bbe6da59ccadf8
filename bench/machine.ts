import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { pinning, type Role } from './processes/pinning.ts';

/** The machine of the run, without names of hosts, users or folders. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  redis: string;
  /** The cores of service, store and load, if each has its own. */
  pinning?: Record<Role, readonly number[]>;
  /** Load average of the minute before; much above 0 means the numbers are not clean. */
  loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || `unnamed ${arch()}`,
    cores: availableParallelism(),
    memoryGiB: round(totalmem() / 2 ** 30),
    system: `${distribution()}, ${platform()} ${release().split('-')[0]} ${arch()}`,
    node: process.versions.node,
    redis: redisVersion(),
    ...(pinning && { pinning }),
    loadBefore: round(loadavg()[0] ?? 0),
  };
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? platform();
  } catch {
    return platform();
  }
}

function redisVersion(): string {
  const output = execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
  return /v=([\d.]+)/.exec(output)?.[1] ?? 'unknown';
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
