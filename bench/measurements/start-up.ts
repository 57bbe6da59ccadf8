import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../load/tally.ts';
import { startService } from '../processes/service.ts';
import type { Bench } from './bench.ts';

export interface StartUpMeasurement {
  /** Median, from the start of the process to the first 200 of /health/ready, with an empty data folder. */
  freshMs: number;
  /** The same on a folder with data. */
  existingMs: number;
  starts: number;
}

/** The built service on the embedded store. */
export async function measureStartUp({ plan }: Bench): Promise<StartUpMeasurement> {
  const fresh: number[] = [];
  const existing: number[] = [];
  for (let turn = 0; turn < plan.starts; turn++) {
    const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
    const masterKey = randomBytes(32).toString('base64');
    try {
      for (const taken of [fresh, existing]) {
        const service = await startService({ dataFolder, store: 'embedded', masterKey });
        taken.push(service.startedMs);
        await service.stop();
      }
    } finally {
      await rm(dataFolder, { recursive: true, force: true });
    }
  }
  return { freshMs: median(fresh), existingMs: median(existing), starts: plan.starts };
}
