/**
 * Lets everybody else have their turn. What answers at once (a store in this process) never leaves the turn by itself, so
 * whoever goes through thousands of things asks for it.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
