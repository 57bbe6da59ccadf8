import { type Service, ServiceRefusal } from '../connection/service.ts';
import { tryOne } from '../migrate/try-one.ts';
import { inBulk, type MigrationContext, reportAnswer } from './migration-context.ts';
import type { PlannedUser } from './migration-plan.ts';

export interface ExistingUser {
  id: string;
  login: string;
  email?: string | undefined;
  phone?: string | undefined;
  blocked: boolean;
  hasPassword: boolean;
  assignments: readonly { resource: string; alone: boolean; tokens: readonly string[] }[];
}

/**
 * Creates users by login. An existing user is not changed; if email or phone show that it is another person, the user
 * of the source is refused.
 */
export async function migrateUsers(
  context: MigrationContext,
  planned: readonly PlannedUser[],
): Promise<Map<number, ExistingUser>> {
  const { service, dryRun, report } = context;
  const here = new Map<number, ExistingUser>();
  const taken: PlannedUser[] = [];
  const blocked: PlannedUser[] = [];
  const items = planned.map((user) => ({ subject: user, body: fieldsOf(user), number: user.id }));
  await inBulk(context, '/v1/bulk/users', items, ({ subject: user }, answer) => {
    if (answer?.code === 'NAME_TAKEN') taken.push(user);
    else if (reportAnswer(report, rowOf(user), answer)) {
      const { login, email, phone } = user;
      const created = { login, email, phone, blocked: false, hasPassword: false, assignments: [] };
      here.set(user.id, { ...created, id: answer?.id ?? '' });
      if (user.blocked) blocked.push(user);
    }
  });
  for (const user of taken) {
    const found = await readUser(service, user.login);
    if (!found || !isSame(found, user)) {
      const detail = found ? 'another user has that login' : 'another user has that address or number';
      report.add({ ...rowOf(user), outcome: 'refused', code: 'NAME_TAKEN', detail });
      continue;
    }
    report.add({ ...rowOf(user), outcome: 'there' });
    here.set(user.id, found);
    if (user.blocked && !found.blocked) blocked.push(user);
  }
  // Block users before giving them anything.
  for (const user of blocked) {
    const found = here.get(user.id);
    if (!found) continue;
    const body = { blocked: true };
    const isKeptOut =
      dryRun || (await tryOne(report, rowOf(user), () => service.send('PATCH', `/v1/users/${found.id}`, { body })));
    if (isKeptOut) here.set(user.id, { ...found, blocked: true });
    else here.delete(user.id);
  }
  return here;
}

function rowOf({ id, login }: PlannedUser) {
  return { what: 'user', number: id, name: login } as const;
}

function fieldsOf({ login, email, phone, firstName, secondName, apiSupport }: PlannedUser): Record<string, unknown> {
  const given = Object.entries({ email, phone, firstName, secondName }).filter(([, value]) => value !== undefined);
  return { login, apiSupport, ...Object.fromEntries(given) };
}

/** Matches the login only, not another name of a user. */
async function readUser(service: Service, login: string): Promise<ExistingUser | undefined> {
  try {
    const { body } = await service.send('GET', `/v1/users/${encodeURIComponent(login)}`);
    const user = body as ExistingUser;
    return foldCase(user.login) === foldCase(login) ? user : undefined;
  } catch (error) {
    if (error instanceof ServiceRefusal && error.status === 404) return undefined;
    throw error;
  }
}

function isSame(found: ExistingUser, { email, phone }: PlannedUser): boolean {
  const agree = (one: string | undefined, other: string | undefined) =>
    one === undefined || other === undefined || foldCase(one) === foldCase(other);
  return agree(found.email, email) && agree(found.phone?.replace('+', ''), phone?.replace('+', ''));
}

function foldCase(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
