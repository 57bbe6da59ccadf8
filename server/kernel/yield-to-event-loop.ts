/**
 * Lets other work run. A store in this process resolves without leaving the turn of the event loop, so a loop over
 * thousands of items has to yield explicitly.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
