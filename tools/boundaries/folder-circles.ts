import { cyclesIn, featureOf } from '../structure/folders.ts';
import type { LayerName } from './layers.ts';

/** Folders of the server that import one another in a circle. Tests may import any folder. */
export function folderCircles(
  files: ReadonlyMap<string, ReadonlySet<string>>,
  layers: ReadonlyMap<string, LayerName>,
): string[][] {
  const isMember = (path: string) =>
    path.split('/').length > 2 && path.startsWith('server/') && layers.get(path) !== 'tests';
  const graph = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    if (!isMember(path)) continue;
    const from = featureOf(path);
    const found = graph.get(from) ?? new Set();
    graph.set(from, found);
    for (const target of targets) if (isMember(target) && featureOf(target) !== from) found.add(featureOf(target));
  }
  return cyclesIn(graph);
}
