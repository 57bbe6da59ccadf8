/**
 * Does the work on every item, on so many at a time, and answers what came of each in the order of the items. The first
 * that throws ends it: what has begun is waited for, nothing new is begun.
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
