import { firstPlan } from '../billing/plans.ts';
import type { Config } from '../config/load-config.ts';
import { plansOf } from '../config/load-plans.ts';
import type { Logger } from '../http/log.ts';
import { createPorts } from './create-ports.ts';
import { printSetup, type SetupArguments } from './setup-link.ts';

/** Opens the store for the duration of the setup. */
export async function setUp(config: Config, log: Logger, options: SetupArguments): Promise<void> {
  const { ports, registration } = await createPorts(config, log);
  try {
    await printSetup({ ...ports, issuer: config.url }, { ...options, plan: firstPlan(plansOf(config)) });
  } finally {
    await registration.leave();
    await ports.store.close();
  }
}
