import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';

/** Bytes that one turn of the event loop reads before a read of many records waits for the next: some milliseconds. */
const MAX_BYTES = 256 * 1024;
/** The same for a read of few, which a walk should not slow down. */
const MAX_BYTES_OF_FEW = 4 * MAX_BYTES;
const FEW = 32;

/**
 * Bounds what is read in one turn of the event loop. The store resolves without leaving the turn, so a loop that reads
 * everything would otherwise stop the service until its end.
 */
export class TurnBudget {
  #spent = 0;
  #next: Promise<void> | undefined;

  get isSpent(): boolean {
    return this.#spent >= MAX_BYTES;
  }

  spend(bytes: number): void {
    this.#spent += bytes;
    this.#next ??= yieldToEventLoop().then(() => {
      this.#spent = 0;
      this.#next = undefined;
    });
  }

  /** The next turn, if this one may not read that many more records. Ask again after it: others waited for it too. */
  turnToAwait(records: number): Promise<void> | undefined {
    return this.#spent < (records > FEW ? MAX_BYTES : MAX_BYTES_OF_FEW) ? undefined : this.#next;
  }
}
