import { setTimeout as pause } from 'node:timers/promises';
import { machineClocks } from '../platform/system-clock/system-clock.ts';
import type { ProcessWait } from '../processes/register-process.ts';

/** How a process waits that others may be in the way of. */
export const processWait: ProcessWait = { pause, monotonicMs: machineClocks.monotonic };
