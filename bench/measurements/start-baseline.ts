import type { EqualWorkJob } from '../baseline/equal-work.ts';
import type { Dataset } from '../dataset/members.ts';
import type { Target } from '../load/jobs.ts';
import { Child } from '../processes/child.ts';
import type { BenchTarget } from '../target.ts';
import type { Bench } from './bench.ts';

interface RunningRoute {
  target: Target;
  pid: number | undefined;
}

/** Starts a script of `baseline/` that listens. */
export async function startBareRoute(bench: Bench, script: string, like: Target): Promise<RunningRoute> {
  const route = bench.open(
    new Child<{ listen: true }, { port: number }>(new URL(`../baseline/${script}`, import.meta.url)),
    (child) => child.close(),
  );
  return { target: { ...like, ...(await route.ask({ listen: true })) }, pid: route.pid };
}

/** Starts the floor of a check (`baseline/equal-work.ts`) beside the data of a site. */
export async function startEqualWork(
  bench: Bench,
  { site, population, like, node }: { site: BenchTarget; population: Dataset; like: Target; node?: string | undefined },
): Promise<RunningRoute> {
  const script = new URL('../baseline/equal-work.ts', import.meta.url);
  const floor = bench.open(new Child<EqualWorkJob, { port: number }>(script, { node }), (child) => child.close());
  const { port } = await floor.ask({ store: site.url, folder: site.dataFolder, population, apiKey: like.apiKey });
  // It counts its codes for itself.
  return { target: { ...like, port, resource: `floor on ${port}` }, pid: floor.pid };
}
