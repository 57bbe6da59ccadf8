/** The cycles of a graph: for every node on a cycle that no earlier one contains, a shortest cycle through it. */
export function findCycles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = [];
  const reported = new Set<string>();
  for (const start of [...graph.keys()].sort()) {
    if (reported.has(start)) continue;
    const way = shortestCycle(graph, start);
    if (way === undefined) continue;
    cycles.push(way);
    for (const node of way) reported.add(node);
  }
  return cycles;
}

/** Searches breadth first from `start` until an edge leads back to it. */
function shortestCycle(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return unwind(cameFrom, start, node);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

function unwind(cameFrom: ReadonlyMap<string, string>, start: string, last: string): string[] {
  const way = [start];
  for (let node: string | undefined = last; node !== undefined && node !== start; node = cameFrom.get(node)) {
    way.splice(1, 0, node);
  }
  return [...way, start];
}
