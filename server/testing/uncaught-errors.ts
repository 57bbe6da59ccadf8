type Listener = (...args: unknown[]) => void;

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
/** An error without a listener may be emitted some turns after the work has ended. */
const TURNS = 20;

/** The errors that would have ended the process while the work ran, and in the turns of the event loop after it. */
export async function uncaughtDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  // The runner's own listeners would fail its whole run, and not say which test did.
  const others = EVENTS.map((event) => process.listeners(event as 'uncaughtException') as Listener[]);
  for (const event of EVENTS) process.removeAllListeners(event).on(event, note);
  try {
    await work();
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    for (const [at, event] of EVENTS.entries()) {
      process.removeAllListeners(event);
      for (const listener of others[at] ?? []) process.on(event, listener);
    }
  }
  return errors;
}
