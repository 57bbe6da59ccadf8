import type { SourceTree } from './source-tree.ts';

const KERNEL = 'server/kernel';

export interface Folders {
  readonly features: number;
  /** Pairs of features of which the first imports the second. */
  readonly arrows: number;
  /** Sets of features that import one another in a cycle, the largest first. */
  readonly circles: readonly (readonly string[])[];
  /** Of the imports between files of the server, those inside a feature or to the kernel. */
  readonly imports: { readonly all: number; readonly atHome: number };
}

export function measureFolders({ files, resolve }: SourceTree): Folders {
  const graph = new Map<string, Set<string>>();
  let all = 0;
  let atHome = 0;
  for (const [path, { references }] of files) {
    if (!path.startsWith('server/')) continue;
    const from = featureOf(path);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { specifier } of references) {
      const target = resolve(path, specifier);
      if (!target?.startsWith('server/')) continue;
      const to = featureOf(target);
      all += 1;
      if (to === from || to === KERNEL) atHome += 1;
      if (to !== from) targets.add(to);
    }
  }
  graph.delete('server');
  const arrows = [...graph.values()].reduce((sum, targets) => sum + targets.size, 0);
  return { features: graph.size, arrows, circles: cyclesIn(graph), imports: { all, atHome } };
}

/** `server/tokens` of `server/tokens/kinds/ocra/suite.ts`. */
export const featureOf = (path: string): string => path.split('/').slice(0, -1).slice(0, 2).join('/');

/** The strongly connected components (Tarjan) of more than one node, and nodes with an edge to themselves. */
export function cyclesIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const index = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const own = index.size;
    index.set(node, own);
    open.push(node);
    let lowest = own;
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (open.includes(next)) lowest = Math.min(lowest, index.get(next) ?? own);
    }
    if (lowest === own) {
      const circle = open.splice(open.indexOf(node));
      if (circle.length > 1 || graph.get(node)?.has(node)) found.push(circle.sort());
    }
    return lowest;
  };
  for (const node of [...graph.keys()].sort()) if (!index.has(node)) visit(node);
  return found.sort((a, b) => b.length - a.length);
}
