/** Lets other work run, in a loop over thousands of items that reads no store: both stores do so by themselves. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

let lastTurn = Promise.resolve();

/** Like {@link yieldToEventLoop}, one caller per iteration: portions of concurrent work do not run in one go. */
export function waitForOwnTurn(): Promise<void> {
  lastTurn = lastTurn.then(yieldToEventLoop);
  return lastTurn;
}
