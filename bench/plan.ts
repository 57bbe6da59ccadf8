/** How long and how much to measure. */
export interface Plan {
  mode: 'full' | 'quick';
  /** Number of rounds of each measurement; the median counts. */
  rounds: number;
  otpMs: number;
  passwordMs: number;
  floodMs: number;
  warmUpMs: number;
  /** Before memory is read: the engine gives memory back when it has been idle for a while. */
  idleMs: number;
  /** Users with TOTP; each code is used once per time step. */
  totpUsers: number;
  /** Users in the large store. */
  many: number;
  starts: number;
  /** Loads of the widget's frame. */
  loads: number;
}

export const FULL: Plan = {
  mode: 'full',
  rounds: 3,
  otpMs: 2000,
  passwordMs: 4000,
  floodMs: 6_000,
  warmUpMs: 2500,
  idleMs: 40_000,
  totpUsers: 40_000,
  many: 100_000,
  starts: 5,
  loads: 15,
};

export const QUICK: Plan = {
  mode: 'quick',
  rounds: 1,
  otpMs: 700,
  passwordMs: 1500,
  floodMs: 2500,
  warmUpMs: 700,
  idleMs: 0,
  totpUsers: 5_000,
  many: 5_000,
  starts: 2,
  loads: 3,
};

/** Of HOTP checks; those with 32 are measured with their steps. */
export const CLIENTS = [1, 8] as const;
export const PASSWORD_CLIENTS = 16;
export const FLOODS = [64, 256] as const;
/** Users in the stores of the ordinary measurements. */
export const ORDINARY_POPULATION = 2_000;
export const SMALL_POPULATION = 10;
