import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { MigrationCode, ReportRow } from '../migrate/report.ts';
import type { ExistingResource } from './migrate-resources.ts';
import type { MigratedToken } from './migrate-tokens.ts';
import type { ExistingUser } from './migrate-users.ts';
import { type Item, inBulk, type MigrationContext, reportAnswer } from './migration-context.ts';
import type { MigrationPlan } from './migration-plan.ts';

/** Users who must set up something before they can sign in as before. */
export interface Needs {
  enrolments: { user: ExistingUser; resource: ExistingResource }[];
  passwords: ExistingUser[];
}

interface MigratedObjects {
  resources: ReadonlyMap<number, ExistingResource>;
  users: ReadonlyMap<number, ExistingUser>;
  tokens: ReadonlyMap<number, MigratedToken>;
}

/** Restores access as far as tokens exist for it, and lists what users must set up. */
export async function giveAccess(
  context: MigrationContext,
  { access: planned }: MigrationPlan,
  migrated: MigratedObjects,
): Promise<Needs> {
  const { report, dryRun } = context;
  const enrolments: Needs['enrolments'] = [];
  const items: Item<Omit<ReportRow, 'outcome'>>[] = [];
  for (const access of planned) {
    const resource = migrated.resources.get(access.resource);
    const user = access.user === undefined ? undefined : migrated.users.get(access.user);
    context.advance(1);
    // The report already says why it is missing.
    if (!resource || (access.user !== undefined && !user)) continue;
    const tokens = access.tokens.flatMap((number) => migrated.tokens.get(number) ?? []);
    const name = user?.login ?? tokens[0]?.name ?? '';
    const row = { what: 'assignment', number: access.user, name, resource: resource.name } as const;
    const give = (token?: MigratedToken) => {
      if (hasAccess(resource.id, user, token)) return report.add({ ...row, outcome: 'there' });
      const body = { resource: resource.id, ...omitUndefined({ user: user?.id, token: token?.id }) };
      items.push({ subject: row, body, number: access.user ?? 0 });
    };
    for (const token of tokens) give(token);
    if (!user || tokens.length > 0) continue;
    if (!access.neededToken) give();
    // They have set one up meanwhile.
    else if (hasToken(user, resource.id)) report.add({ ...row, outcome: 'there' });
    else if (resource.asksForToken) {
      give();
      if (!user.blocked) enrolments.push({ user, resource });
    } else {
      // With access but no token they could sign in by password, where a code was required before.
      const detail = `set enrolment.required on ${resource.id} and run this again`;
      report.add({ ...row, outcome: 'refused', code: 'RESOURCE_UNGUARDED' satisfies MigrationCode, detail });
    }
  }
  if (dryRun) for (const { subject } of items) report.add({ ...subject, outcome: 'made' });
  else
    await inBulk(
      context,
      '/v1/bulk/assignments',
      items,
      ({ subject }, answer) => void reportAnswer(report, subject, answer),
    );
  for (const { user, resource } of enrolments) {
    report.add({ what: 'enrolment', outcome: 'needed', name: user.login, resource: resource.name });
  }
  const passwords = [...migrated.users.values()].filter(({ hasPassword, blocked }) => !hasPassword && !blocked);
  for (const { login } of passwords) report.add({ what: 'password', outcome: 'needed', name: login });
  return { enrolments, passwords };
}

function hasAccess(resource: string, user: ExistingUser | undefined, token: MigratedToken | undefined): boolean {
  if (!user) return token?.directResources.includes(resource) === true;
  const held = user.assignments.find((one) => one.resource === resource);
  return token === undefined ? held?.alone === true : held?.tokens.includes(token.id) === true;
}

function hasToken({ assignments }: ExistingUser, resource: string): boolean {
  return assignments.some((one) => one.resource === resource && one.tokens.length > 0);
}
