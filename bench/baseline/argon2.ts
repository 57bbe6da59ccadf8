import { hash, verify } from '@node-rs/argon2';
import { ARGON2_FLOOR } from '../../server/platform/argon2/argon2-hasher.ts';
import { hashingConcurrency } from '../../server/platform/argon2/hashing-concurrency.ts';
import { Permits } from '../../server/platform/permits/permits.ts';
import { PASSWORD } from '../dataset/members.ts';
import { type Tally, TallyBuilder } from '../load/tally.ts';
import { takeJobs } from '../processes/child.ts';

/**
 * The baseline of password logins: only argon2id, with the service's parameters, its limit on concurrent hashes and as
 * many waiting callers as the service has clients.
 */
export interface Argon2Job {
  clients: number;
  durationMs: number;
}

async function loop({ clients, durationMs }: Argon2Job): Promise<Tally> {
  const phc = await hash(PASSWORD, {
    memoryCost: ARGON2_FLOOR.memoryKiB,
    timeCost: ARGON2_FLOOR.iterations,
    parallelism: ARGON2_FLOOR.parallelism,
  });
  const permits = new Permits({ concurrency: hashingConcurrency(), maxQueue: clients, expectedMs: 10 });
  const tallying = new TallyBuilder();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - started < durationMs) {
        const startedAt = performance.now();
        const right = await permits.run(() => verify(phc, PASSWORD));
        tallying.count(right ? 200 : 401, performance.now() - startedAt);
      }
    }),
  );
  return tallying.finish(performance.now() - started);
}

takeJobs(loop);
