/**
 * Merges lists by the time of their events and keeps the order within each list: clocks of servers may differ, so time
 * may go back a little within a partition, but append order wins.
 */
export function mergeInTime<T extends { readonly event: { readonly at: number } }>(
  lists: readonly (readonly T[])[],
): T[] {
  const heads = lists.filter((list) => list.length > 0).map((list) => ({ list, at: 0 }));
  if (heads.length === 1) return [...(heads[0]?.list ?? [])];
  const merged: T[] = [];
  for (;;) {
    let earliest: (typeof heads)[number] | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const head of heads) {
      const time = head.list[head.at]?.event.at;
      if (time !== undefined && time < least) {
        earliest = head;
        least = time;
      }
    }
    const next = earliest?.list[earliest.at];
    if (!earliest || next === undefined) return merged;
    merged.push(next);
    earliest.at += 1;
  }
}
