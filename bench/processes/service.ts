import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../../server/testing/free-ports.ts';
import { isAnswering } from './answers.ts';
import { pinTo } from './pinning.ts';

const ENTRY = join(import.meta.dirname, '../../dist/server/start.cjs');
const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 10_000;

export interface ServiceOptions {
  dataFolder: string;
  /** `embedded` or a Redis URL. */
  store: string;
  masterKey: string;
  logLevel?: 'info' | 'warn';
  /** The Node that runs the service. Default: the one that runs this. */
  node?: string | undefined;
  /** Where Node writes a CPU profile when the service ends. */
  profileFolder?: string | undefined;
  /** Default 1. */
  workers?: number | undefined;
}

/** The built service as a process of its own on loopback, started as an operator would. */
export interface Service {
  port: number;
  /** From the start of the process to the first 200 of /health/ready. */
  startedMs: number;
  pid: number | undefined;
  stop(): Promise<void>;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const [port = 0] = await freePorts(1);
  const logFile = join(options.dataFolder, `service-${port}.log`);
  const log = openSync(logFile, 'w', 0o600);
  const profiling = options.profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${options.profileFolder}`] : [];
  const { workers = 1 } = options;
  const started = performance.now();
  const [command = '', ...args] = [...pinTo('service'), options.node ?? process.execPath, ...profiling, ENTRY];
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    env: {
      ...(process.env.PATH && { PATH: process.env.PATH }),
      NODE_ENV: 'production',
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_DATA: options.dataFolder,
      COUNTERSIGN_STORE: options.store,
      COUNTERSIGN_MASTER_KEY: options.masterKey,
      COUNTERSIGN_LOG_LEVEL: options.logLevel ?? 'info',
      COUNTERSIGN_DRAIN_MS: '0',
      // To the service, a measurement of wrong passwords is an attack.
      COUNTERSIGN_PROOF_OF_WORK: 'off',
      COUNTERSIGN_WORKERS: String(workers),
    },
  });
  closeSync(log);
  const startedMs = await untilReady(child, port, started, logFile);
  if (workers > 1) await untilAllServe(child, workers, logFile);
  return {
    port,
    startedMs,
    pid: child.pid,
    stop: async () => {
      await stopProcess(child);
      // The access log of a whole run is large and not needed.
      await rm(logFile, { force: true });
    },
  };
}

async function untilReady(child: ChildProcess, port: number, started: number, logFile: string): Promise<number> {
  while (performance.now() - started < START_DEADLINE_MS) {
    if (child.exitCode !== null) break;
    if (await isAnswering(port, '/health/ready')) return performance.now() - started;
    await pause(3);
  }
  await stopProcess(child);
  throw new Error(`the service did not become ready:\n${await readFile(logFile, 'utf8')}`);
}

/** The first worker is ready before the others. A line of the log arrives within a second. */
async function untilAllServe(child: ChildProcess, workers: number, logFile: string): Promise<void> {
  const serving = async () => (await readFile(logFile, 'utf8')).split('"msg":"serving"').length - 1;
  while ((await serving()) < workers) {
    if (child.exitCode !== null) throw new Error('the service ended before all workers served');
    await pause(50);
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(late);
}
