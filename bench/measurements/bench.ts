import { type RedisServer, startRedisServer } from '../../server/testing/redis-server.ts';
import type { LoadJob } from '../load/jobs.ts';
import type { Tally } from '../load/tally.ts';
import type { Plan } from '../plan.ts';
import { Child } from '../processes/child.ts';
import { pinTo } from '../processes/pinning.ts';
import { type BenchTarget, type BenchTargetOptions, openBenchTarget, type StartOptions } from '../target.ts';

export type Generator = Child<LoadJob, Tally>;

export interface BenchOptions {
  profileFolder?: string | undefined;
  otherNode?: string | undefined;
}

/** The resources of a measurement. What it opens here is closed, also when it fails. */
export class Bench {
  readonly plan: Plan;
  readonly generator: Generator;
  /** A second Node to compare with. */
  readonly otherNode: string | undefined;
  readonly profileFolder: string | undefined;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(plan: Plan, options: BenchOptions = {}) {
    this.plan = plan;
    this.profileFolder = options.profileFolder;
    this.otherNode = options.otherNode;
    this.generator = this.newGenerator();
  }

  newGenerator(): Generator {
    const script = new URL('../load/generator.ts', import.meta.url);
    return this.open(new Child<LoadJob, Tally>(script, { role: 'load' }), (child) => child.close());
  }

  async startRedis(): Promise<RedisServer> {
    return this.open(await startRedisServer({ product: 'redis', wrapper: pinTo('store') }), (redis) => redis.stop());
  }

  async openSite(options: Omit<BenchTargetOptions, 'profileFolder'>): Promise<BenchTarget> {
    const site = await openBenchTarget({ ...options, profileFolder: this.profileFolder });
    return this.open(site, () => site.close());
  }

  async start(site: BenchTarget, options?: StartOptions) {
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
