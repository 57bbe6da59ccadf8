import type { Clock } from '../../kernel/ports/clock.ts';

/** The machine's wall clock, in milliseconds since the epoch. */
export const systemClock: Clock = Object.freeze({ now: () => Date.now() });
