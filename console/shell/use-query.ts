import { useLayoutEffect, useReducer } from 'preact/hooks';
import type { Read } from '../service/query-cache.ts';
import { useConsole } from './context.ts';

/** Reads a path of the API and keeps it current while the component is mounted. */
export function useQuery<Body>(path: string | undefined): Read<Body> & { retry(): void } {
  const { reads } = useConsole();
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  // Before the browser paints, so that no change between render and effect is missed.
  useLayoutEffect(() => (path === undefined ? undefined : reads.watch(path, () => draw(undefined))), [reads, path]);
  const read = path === undefined ? { isLoading: false } : reads.now<Body>(path);
  return { ...read, retry: () => path !== undefined && reads.again(path) };
}
