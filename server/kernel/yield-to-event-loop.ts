/** Lets other work run, in a loop over thousands of items that reads no store: both stores do so by themselves. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
