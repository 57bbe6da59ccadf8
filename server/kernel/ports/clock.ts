import { CodedError } from '@countersign/protocol/coded-error';

/** The only source of time. Milliseconds since the epoch. */
export interface Clock {
  /** @throws ClockInDoubt while the time cannot be trusted (SR-63) */
  now(): number;
}

/** The machine's own clocks, of which {@link Clock} makes one. All in milliseconds. */
export interface MachineClocks {
  /** Since the epoch. It can be set, by hand or from the network. */
  wall(): number;
  /** Since some moment. Nothing sets it. It may stand still while the machine sleeps. */
  monotonic(): number;
  /** Since the machine started, including its sleep. Slower to read. */
  uptime(): number;
}

/** The machine's time may be wrong. The caller refuses with 503. */
export class ClockInDoubt extends CodedError {
  readonly code = 'CLOCK_IN_DOUBT';
}
