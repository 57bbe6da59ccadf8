import { uptime } from 'node:os';
import type { Clock, MachineClocks } from '../../kernel/ports/clock.ts';

/** The machine's wall clock, in milliseconds since the epoch. */
export const systemClock: Clock = Object.freeze({ now: () => Date.now() });

export const machineClocks: MachineClocks = Object.freeze({
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => uptime() * 1000,
});
