/**
 * Merges lists into one by the time of their events, and keeps each list's own order: clocks of several servers may
 * disagree, so within a partition time may go back a little, but what was appended first comes first.
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
