import { spawnSync } from 'node:child_process';
import type { Probe } from './programs.ts';

/** Checks this machine. A program that hangs counts as missing. */
export const runProbe: Probe = (command, args) =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
