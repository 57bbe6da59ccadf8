/**
 * Merges lists by the time of their events and keeps the order within each list: clocks of servers may differ, so time
 * may go back a little within a partition, but append order wins.
 */
export function mergeInTime<T extends { readonly event: { readonly at: number } }>(
  lists: readonly (readonly T[])[],
): readonly T[] {
  const [only = []] = lists;
  if (lists.length <= 1) return only;
  const timed: { readonly at: number; readonly item: T }[] = [];
  for (const list of lists) {
    let at = 0;
    for (const item of list) {
      at = Math.max(at, item.event.at);
      timed.push({ at, item });
    }
  }
  // A stable sort, and no list goes back in time: so each keeps its order.
  return timed.sort((one, other) => one.at - other.at).map(({ item }) => item);
}
