import { chargeDuePlans, refreshPlans } from '../accounts/plans/charge-due-plans.ts';
import type { PlanCatalogue } from '../accounts/plans/plans.ts';
import type { Logger } from '../http/log.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { countSecrets, reencryptSecrets } from '../maintenance/reencrypt-secrets.ts';
import { type RepeatOptions, repeat } from './scheduler.ts';

/** How often a server looks for signing keys that came or went: far more often than they do. */
const KEYS_PAUSE_MS = 30_000;
const HOUR_MS = 3_600_000;

export interface PeriodicJobsOptions {
  plans: PlanCatalogue;
  refreshSigningKeys: () => Promise<void>;
  /** Whether there are master keys before the current one, so that secrets have to be sealed anew. */
  hasOldMasterKeys: boolean;
  log: Logger;
}

/** What the service does by the clock. Each part is safe in several processes at once. */
export function startPeriodicJobs(ports: Ports, options: PeriodicJobsOptions): RepeatOptions {
  const { plans, refreshSigningKeys, hasOldMasterKeys, log } = options;
  const failed = (what: string) => (error: unknown) => log.error({ err: error }, `${what} failed`);
  let stopped = false;
  const charge = async () => {
    await refreshPlans(ports, plans);
    await chargeDuePlans(ports, plans);
  };
  const reseal = async () => {
    const { resealed } = await reencryptSecrets(ports, () => stopped);
    if (stopped) return;
    const secrets = await countSecrets(ports);
    const done = Object.keys(secrets.old).length === 0;
    log.info({ resealed, secrets }, done ? 'no secret is left under an old master key' : 'secrets by master key');
  };
  const parts = [
    repeat(refreshSigningKeys, KEYS_PAUSE_MS, failed('looking for signing keys')),
    repeat(charge, HOUR_MS, failed('charging for plans')),
    ...(hasOldMasterKeys ? [repeat(reseal, HOUR_MS, failed('sealing secrets anew'))] : []),
  ];
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(parts.map((part) => part.stop()));
    },
  };
}
