import type { MachineClocks } from '../kernel/ports/clock.ts';
import { DAY_MS } from '../kernel/time.ts';
import { START } from './test-ports.ts';

/** A machine whose clocks a test moves. It has run for a day. */
export class FakeMachine implements MachineClocks {
  #wall = START;
  #monotonic = 5_000;
  #uptime = DAY_MS;

  wall = () => this.#wall;
  monotonic = () => this.#monotonic;
  uptime = () => this.#uptime;

  /** Time passes. */
  pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
    this.#uptime += ms;
  }

  /** Sets the clock. */
  set(ms: number): void {
    this.#wall += ms;
  }

  /** The process sees none of this time pass, but the machine does. */
  sleep(ms: number): void {
    this.#wall += ms;
    this.#uptime += ms;
  }

  /** The machine is off for this time, and started again. */
  reboot(offMs: number): void {
    this.#wall += offMs;
    this.#uptime = 20_000;
    this.#monotonic = 0;
  }
}
