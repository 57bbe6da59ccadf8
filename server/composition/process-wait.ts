import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessWait } from '../operations/processes/register-process.ts';
import { machineClocks } from '../platform/system-clock/system-clock.ts';

/** How a process waits that others may be in the way of. */
export const processWait: ProcessWait = { pause, monotonicMs: machineClocks.monotonic };
