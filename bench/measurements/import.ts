import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import type { ImportCommitsJob } from '../baseline/import-commits.ts';
import { Child } from '../processes/child.ts';
import { pinTo } from '../processes/pinning.ts';
import { startService } from '../processes/service.ts';
import { cpuMsOf, memoryOf } from '../processes/usage.ts';
import type { Bench } from './bench.ts';

const COMMAND = join(import.meta.dirname, '../../dist/cli/countersign.js');
const SAMPLE_EVERY_MS = 500;

export interface ImportMeasurement {
  rows: number;
  seconds: number;
  /** The same durable commits by the database's own client. */
  floorSeconds: number;
  /** Processor time of the service. */
  serviceCpuSeconds: number;
  /** Peak anonymous memory of the command and the service, in the first fifth and overall. */
  commandMiB: { early: number; most: number };
  serviceMiB: { early: number; most: number };
}

/**
 * `countersign import users` from CSV, three names each and no passwords, into the built service on the embedded store.
 */
export async function measureImport(bench: Bench): Promise<ImportMeasurement> {
  const { plan, profileFolder } = bench;
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const masterKey = randomBytes(32).toString('base64');
  const env = { PATH: process.env.PATH ?? '', COUNTERSIGN_DATA: dataFolder };
  const service = await startService({ dataFolder, store: 'embedded', masterKey, profileFolder });
  try {
    await command(env, ['account', 'create', '--name', 'Benchmark']).ended;
    const file = join(dataFolder, 'people.csv');
    await writePeople(file, plan.many);

    const cpuBefore = cpuMsOf(service.pid) ?? 0;
    const started = performance.now();
    const { pid, ended } = command(env, ['import', 'users', file]);
    const sampling = sample([pid, service.pid]);
    await ended;
    const seconds = (performance.now() - started) / 1000;
    const serviceCpuSeconds = ((cpuMsOf(service.pid) ?? 0) - cpuBefore) / 1000;
    const [commandMiB, serviceMiB] = (await sampling.stop()).map(peaks);
    if (!commandMiB || !serviceMiB) throw new Error('the import was over before its memory could be looked at');
    await service.stop();
    const floor = bench.open(
      new Child<ImportCommitsJob, { seconds: number }>(new URL('../baseline/import-commits.ts', import.meta.url)),
      (child) => child.close(),
    );
    const { seconds: floorSeconds } = await floor.ask({ folder: dataFolder, rows: plan.many });
    return { rows: plan.many, seconds, floorSeconds, serviceCpuSeconds, commandMiB, serviceMiB };
  } finally {
    await service.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

function command(env: Record<string, string>, args: string[]): { pid: number | undefined; ended: Promise<void> } {
  const [program = '', ...rest] = [...pinTo('load'), process.execPath, COMMAND, ...args];
  const child = spawn(program, rest, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (output.length < 2000) output += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`countersign ${args.join(' ')} ended with ${code}:\n${output}`);
  });
  return { pid: child.pid, ended };
}

async function writePeople(file: string, rows: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('login,email,phone,firstName,secondName\n');
  for (let at = 0; at < rows; at++) {
    const phone = `+4366${String(at).padStart(9, '0')}`;
    const more = stream.write(`person-${at},person-${at}@example.com,${phone},First ${at},Second ${at}\n`);
    if (!more) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

function sample(pids: readonly (number | undefined)[]): { stop(): Promise<number[][]> } {
  const stopping = new AbortController();
  const seen: number[][] = pids.map(() => []);
  const sampling = (async () => {
    for await (const _ of every(SAMPLE_EVERY_MS, undefined, { signal: stopping.signal })) {
      for (const [at, pid] of pids.entries()) {
        const memory = memoryOf(pid);
        if (memory) seen[at]?.push(memory.anonymousMiB);
      }
    }
  })().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    async stop() {
      stopping.abort();
      await sampling;
      return seen;
    },
  };
}

function peaks(samples: number[]): { early: number; most: number } | undefined {
  if (samples.length === 0) return undefined;
  const early = samples.slice(0, Math.max(1, Math.ceil(samples.length / 5)));
  return { early: Math.max(...early), most: Math.max(...samples) };
}
