import { giveAccess, type Needs } from './give-access.ts';
import { migrateResources } from './migrate-resources.ts';
import { migrateTokens } from './migrate-tokens.ts';
import { migrateUsers } from './migrate-users.ts';
import type { MigrationContext } from './migration-context.ts';
import type { MigrationPlan } from './migration-plan.ts';

/**
 * Creates what does not exist yet, ordered so that an interruption gives access to no unauthorized user: blocks before
 * access, owners before their tokens, access last. A repeated run finds existing objects by name and creates the rest.
 */
export async function migrateAccount(context: MigrationContext, plan: MigrationPlan): Promise<Needs> {
  const { report } = context;
  for (const { what, number, name, resource, code, detail } of plan.skipped) {
    report.add({ what, outcome: 'left', number, name, resource, code, detail });
  }
  const resources = await migrateResources(context, plan.resources);
  const users = await migrateUsers(context, plan.users);
  const tokens = await migrateTokens(context, plan.tokens, users);
  return giveAccess(context, plan, { resources, users, tokens });
}
