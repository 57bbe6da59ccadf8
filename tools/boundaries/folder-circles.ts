import { cyclesIn, featureOf } from '../structure/folders.ts';
import type { LayerName } from './layers.ts';

/**
 * Folders of the server that still import one another in a circle. Take a folder off the list when it is free; add none.
 */
export const KNOWN_CIRCLE: readonly string[] = [
  'server/administrators',
  'server/authentication',
  'server/browsers',
  'server/enrolment',
  'server/flows',
  'server/password-reset',
  'server/passwords',
  'server/resources',
  'server/tokens',
  'server/users',
];

/** Circles of folders with a folder in them that is not known to be in one. Tests may import any folder. */
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
  return cyclesIn(graph).filter((circle) => circle.some((folder) => !KNOWN_CIRCLE.includes(folder)));
}
