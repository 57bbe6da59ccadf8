import { spawnSync } from 'node:child_process';
import type { Probe } from './programs.ts';

/** Asks this machine. A program that hangs has not what is asked for. */
export const runProbe: Probe = (command, args) =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
