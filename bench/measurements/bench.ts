import type { LoadJob } from '../load/jobs.ts';
import type { Tally } from '../load/tally.ts';
import type { Plan } from '../plan.ts';
import { Child } from '../processes/child.ts';
import { type BenchTarget, type BenchTargetOptions, openBenchTarget } from '../target.ts';

export type Generator = Child<LoadJob, Tally>;

/** The resources of a measurement. What it opens here is closed, also when it fails. */
export class Bench {
  readonly plan: Plan;
  readonly generator: Generator;
  readonly #profileFolder: string | undefined;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(plan: Plan, profileFolder?: string) {
    this.plan = plan;
    this.#profileFolder = profileFolder;
    this.generator = this.newGenerator();
  }

  newGenerator(): Generator {
    return this.open(new Child<LoadJob, Tally>(new URL('../load/generator.ts', import.meta.url)), (child) =>
      child.close(),
    );
  }

  async openSite(options: Omit<BenchTargetOptions, 'profileFolder'>): Promise<BenchTarget> {
    const site = await openBenchTarget({ ...options, profileFolder: this.#profileFolder });
    return this.open(site, () => site.close());
  }

  async start(site: BenchTarget, options?: { logLevel?: 'info' | 'warn' }) {
    const started = await site.start(options);
    return this.open(started, ({ service }) => service.stop());
  }

  open<T>(thing: T, close: (thing: T) => Promise<void>): T {
    this.#closing.push(() => close(thing));
    return thing;
  }

  /** Closes in reverse order of opening. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closing.splice(0).reverse()) await close().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
  }
}
