import { type Service, ServiceRefusal } from '../connection/service.ts';
import { importRows, type RowOutcome } from '../transfer/import-rows.ts';
import type { Progress } from '../transfer/progress.ts';
import type { Row } from '../transfer/rows.ts';
import { giveMovedAccess, type MovedUser, type OpenedResource } from './give-moved-access.ts';
import type { Report } from './report.ts';
import type { LeftOut, Source, SourceUser } from './system.ts';
import { tryOne } from './try-one.ts';

export interface MoveOptions {
  source: Source;
  dryRun: boolean;
  /** The id of the run, unchanged when it resumes. */
  run: string;
  /** Files for refused rows, as JSON Lines. */
  rejected: { users: string; tokens: string; access: string };
  /** The id of a resource that the users get access to. */
  resource?: string | undefined;
  keepUnverified: boolean;
  report: Report;
}

/**
 * Creates the users of an export, then their tokens, and gives them access. A token goes to the user that its row
 * created, by id: another user may already have that login, and must not get a stranger's device.
 */
export async function moveUsers(service: Service, options: MoveOptions, progress: Progress): Promise<void> {
  const { source, dryRun, run, rejected, report } = options;
  const shared = { dryRun, run, toRequest: (fields: Record<string, unknown>) => fields };
  const resource = options.resource === undefined ? undefined : await openResource(service, options.resource);
  const moved: MovedUser[] = [];
  const sent = new Map<number, SourceUser>();
  const owners = new Map<number, string>();
  const settleUser = async ({ line, bytes }: Row, outcome: RowOutcome) => {
    const user = sent.get(line);
    sent.delete(line);
    const row = { what: 'user', number: line, name: user?.row.login ?? '' } as const;
    if (!outcome.isDone) {
      report.add({ ...row, outcome: 'refused', code: outcome.code, detail: outcome.detail });
      for (const _ of user?.tokens ?? []) report.add({ ...row, what: 'token', outcome: 'left', code: 'OWNER_LEFT' });
      return;
    }
    if (!user) return;
    const { id = '', wasThere = false } = outcome;
    // Block before the user has a token.
    const block = () => service.send('PATCH', `/v1/users/${id}`, { body: { blocked: true } });
    if (user.blocked && !dryRun && !(await tryOne(report, row, block))) return;
    if (resource) {
      const { length: tokens } = user.tokens;
      const hadToken = tokens > 0 || user.gaps.some(({ what }) => what === 'token');
      moved.push({
        line,
        bytes,
        login: user.row.login,
        id: dryRun && !wasThere ? undefined : id,
        tokens,
        hadToken,
        wasThere,
      });
    }
    if (wasThere) {
      report.add({ ...row, outcome: 'there' });
      const hasTokens = user.tokens.length > 0 && (await ownsTokens(service, id));
      for (const _ of hasTokens ? user.tokens : []) report.add({ ...row, what: 'token', outcome: 'there' });
      if (user.tokens.length > 0 && !hasTokens) owners.set(line, id);
      return;
    }
    report.add({ ...row, outcome: 'made', ...(user.blocked && { code: 'BLOCKED' }) });
    if (user.unverifiedEmail !== undefined && !options.keepUnverified) {
      report.add({ ...row, what: 'email', outcome: 'left', code: 'EMAIL_UNVERIFIED' });
    }
    for (const gap of user.gaps) report.add({ ...row, outcome: gap.what === 'phone' ? 'left' : 'needed', ...gap });
    if (user.tokens.length > 0) owners.set(line, id);
  };
  const recall = async ({ line }: Row, code: string) => {
    const row = sent.get(line)?.row;
    return code === 'NAME_TAKEN' && row ? findMoved(service, row) : undefined;
  };
  const users = userRows(options, sent);
  const paths = { path: '/v1/bulk/users', rejectedFile: rejected.users };
  await importRows(service, { ...shared, ...paths, rows: users, settled: settleUser, recall }, progress);
  if (owners.size > 0) {
    const settleToken = ({ line, fields }: Row, outcome: RowOutcome) => {
      const row = { what: 'token', number: line, name: String(fields?.name) } as const;
      if (outcome.isDone) report.add({ ...row, outcome: 'made' });
      else report.add({ ...row, outcome: 'refused', code: outcome.code, detail: outcome.detail });
    };
    const tokens = tokenRows(source, owners, dryRun);
    const tokenPaths = { path: '/v1/bulk/tokens', rejectedFile: rejected.tokens };
    await importRows(service, { ...shared, ...tokenPaths, rows: tokens, settled: settleToken }, progress);
  }
  if (!resource) return;
  moved.sort((one, other) => one.line - other.line);
  await giveMovedAccess(service, moved, { resource, dryRun, run, report, rejectedFile: rejected.access }, progress);
}

async function openResource(service: Service, id: string): Promise<OpenedResource> {
  const { body } = await service.send('GET', `/v1/resources/${encodeURIComponent(id)}`);
  return body as OpenedResource;
}

/** The id of the user whom an earlier run created: only actors for the whole account can give a user an external id. */
async function findMoved(service: Service, { login, externalId }: SourceUser['row']): Promise<string | undefined> {
  if (typeof externalId !== 'string') return undefined;
  try {
    const { body } = await service.send('GET', `/v1/users/${encodeURIComponent(login)}`);
    const found = body as { id: string; externalId?: string };
    return found.externalId === externalId ? found.id : undefined;
  } catch (error) {
    // The login is free, and another name is taken.
    if (error instanceof ServiceRefusal && error.status === 404) return undefined;
    throw error;
  }
}

async function ownsTokens(service: Service, owner: string): Promise<boolean> {
  const { body } = await service.send('GET', '/v1/tokens', { query: { owner, limit: 1 } });
  return (body as { items: unknown[] }).items.length > 0;
}

/** @returns the number of records, so that a file which cannot be read changes nothing */
export async function countRecords(source: Source): Promise<number> {
  let count = 0;
  for await (const _ of source.rows()) count += 1;
  return count;
}

async function* userRows({ source, keepUnverified, report }: MoveOptions, sent: Map<number, SourceUser>) {
  for await (const row of source.rows()) {
    const user = readUser(source, row);
    if ('error' in user) yield { ...row, fields: undefined, error: user.error };
    else if ('left' in user) {
      report.add({ what: 'user', outcome: 'left', number: row.line, name: user.login, code: user.left });
    } else {
      sent.set(row.line, user);
      const email = keepUnverified ? user.unverifiedEmail : undefined;
      const fields = { ...user.row, ...(email !== undefined && { email }) };
      yield { line: row.line, bytes: row.bytes, raw: JSON.stringify(fields), fields };
    }
  }
}

async function* tokenRows(source: Source, owners: ReadonlyMap<number, string>, dryRun: boolean) {
  for await (const row of source.rows()) {
    const owner = owners.get(row.line);
    const user = owner === undefined ? undefined : readUser(source, row);
    if (!user || !('tokens' in user)) continue;
    for (const token of user.tokens) {
      // In a dry run there is no owner yet.
      const fields = dryRun ? token : { ...token, owner };
      yield { line: row.line, bytes: row.bytes, raw: JSON.stringify(fields), fields };
    }
  }
}

function readUser(source: Source, row: Row): SourceUser | LeftOut | { error: string } {
  if (!row.fields) return { error: row.error ?? 'no record' };
  try {
    return source.userOf(row.fields);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
