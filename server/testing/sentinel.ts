import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import type { Product } from './redis-server.ts';

export interface Sentinel {
  readonly port: number;
  stop(): Promise<void>;
}

/** A real Sentinel that watches a primary on loopback under the name `main`. It is told of failovers, not left to find them. */
export async function startSentinel(
  product: Product,
  primaryPort: number,
  settings: readonly string[] = [],
): Promise<Sentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sentinel-'));
  const [port = 0] = await freePorts(1);
  const config = join(folder, 'sentinel.conf');
  await writeFile(
    config,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
      // On a busy machine a healthy primary may be silent for seconds, so failovers are requested instead.
      'sentinel down-after-milliseconds main 60000',
      'sentinel failover-timeout main 60000',
      ...settings,
    ].join('\n'),
  );
  const child = spawn(`${product}-server`, [config, '--sentinel'], { stdio: 'ignore' });
  return {
    port,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
