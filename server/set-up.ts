import type { Config } from './config/load-config.ts';
import { plansOf } from './config/load-plans.ts';
import { firstPlan } from './domain/plans.ts';
import type { Logger } from './http/log.ts';
import { openPorts } from './open-ports.ts';
import { createAccount } from './usecases/create-account.ts';
import { createApiKey } from './usecases/create-api-key.ts';
import { isRefusal } from './usecases/verdict.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

/** A first account and an API key for it. Refuses nothing on repetition: each call makes another account. */
export async function setUp(config: Config, log: Logger, name: string): Promise<void> {
  const { ports } = await openPorts(config, log);
  try {
    const made = await createAccount(ports, { name, plan: firstPlan(plansOf(config)) });
    if (isRefusal(made)) throw new Error(made.refused);
    const account = made.account.id;
    const scopes = ['authenticate', 'read', 'write', 'administer'] as const;
    const key = await createApiKey(
      ports,
      { actor: { kind: 'operator', account } },
      { name: 'First key', scopes: [...scopes], lifetimeMs: YEAR_MS },
    );
    if (isRefusal(key)) throw new Error(key.refused);
    console.log(`account  ${account}\nAPI key  ${key.text}\nexpires  ${new Date(key.key.expiresAt).toISOString()}`);
    console.log('\nThe key is shown this once. It may do everything in its account: keep it on your server.');
  } finally {
    await ports.store.close();
  }
}
