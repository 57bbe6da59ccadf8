import type { Config } from '../../config/load-config.ts';

/** How many processes serve. The embedded store has one writer, which holds its folder. */
export function workerCount({ workers, store }: Pick<Config, 'workers' | 'store'>, cores: number): number {
  if (store.kind === 'embedded') return 1;
  return workers === 'auto' ? cores : workers;
}
