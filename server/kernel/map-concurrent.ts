/**
 * Runs the work on every item with bounded concurrency and returns the results in the order of the items. The first
 * error stops it: running work is awaited, and no new work starts.
 */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const done = new Array<R>(items.length);
  const queue = items.entries();
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    for (const [at, item] of queue) {
      if (failure) return;
      try {
        done[at] = await work(item, at);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failure) throw failure.error;
  return done;
}
