import { pages } from '../commands/pages.ts';
import type { MigrationCode } from '../migrate/report.ts';
import { tryOne } from '../migrate/try-one.ts';
import type { ExistingUser } from './migrate-users.ts';
import { type Item, inBulk, type MigrationContext, reportAnswer } from './migration-context.ts';
import { nameOf, type PlannedToken } from './migration-plan.ts';

/** A token as the API shows it. */
export interface MigratedToken {
  /** Empty in a dry run, if the token does not exist yet. */
  id: string;
  name: string;
  kind: string;
  serial?: string;
  to?: string;
  owner?: string;
  administrator?: string;
  apiSupport: boolean;
  directResources: readonly string[];
}

const DEVICE_KINDS = ['totp', 'hotp', 'ocra'];

/**
 * Creates SMS and email tokens. Finds devices by serial number among the tokens that were imported with their seeds,
 * and gives them to their owners. All other tokens must be set up again.
 *
 * @returns the existing tokens, by their numbers in the source
 */
export async function migrateTokens(
  context: MigrationContext,
  planned: readonly PlannedToken[],
  users: ReadonlyMap<number, ExistingUser>,
): Promise<Map<number, MigratedToken>> {
  const { report } = context;
  const there = await readTokens(context);
  const here = new Map<number, MigratedToken>();
  const items: Item<PlannedToken>[] = [];
  const serials = repeatedSerials(planned);
  for (const token of planned) {
    const owner = token.owner === undefined ? undefined : users.get(token.owner);
    const row = { what: 'token', number: token.id, name: nameOf(token) } as const;
    if (token.owner !== undefined && !owner) {
      report.add({ ...row, outcome: 'left', code: 'OWNER_LEFT' });
    } else if (token.kind === 'device') {
      const isOne = token.serial !== undefined && !serials.has(serialKey(token.serial));
      const [found, another] = (isOne && there.bySerial.get(serialKey(token.serial ?? ''))) || [];
      if (!found) {
        const code = token.serial === undefined ? undefined : ('SEED_UNKNOWN' satisfies MigrationCode);
        report.add({ ...row, outcome: 'needed', code });
      } else if (another) {
        // A program cannot decide which of them its owner has.
        const detail = 'several tokens here have that serial number';
        report.add({ ...row, outcome: 'refused', code: 'NAME_AMBIGUOUS', detail });
      } else {
        const taken = await assignDevice(context, token, found, owner);
        if (taken) here.set(token.id, taken);
      }
    } else {
      const found = there.byAddress.get(addressKey(token.kind, token.serial ?? '', owner?.id));
      if (!found) items.push({ subject: token, body: bodyOf(token, owner), number: token.id });
      // An interrupted run may have created it without restricting it.
      else if (await disableApi(context, token, found)) {
        report.add({ ...row, outcome: 'there' });
        here.set(token.id, found);
      }
    }
    context.advance(1);
  }
  await createSentTokens(context, items, here);
  return here;
}

/** Gives an imported device to its owner, unless it has another one. */
async function assignDevice(
  { service, dryRun, report }: MigrationContext,
  token: PlannedToken,
  found: MigratedToken,
  owner: ExistingUser | undefined,
): Promise<MigratedToken | undefined> {
  const row = { what: 'token', number: token.id, name: nameOf(token) } as const;
  const isFree = found.owner === undefined && found.administrator === undefined;
  if (!isFree && (found.owner === undefined || found.owner !== owner?.id)) {
    report.add({
      ...row,
      outcome: 'refused',
      code: 'SERIAL_TAKEN' satisfies MigrationCode,
      detail: 'the token with that serial number belongs to another user',
    });
    return undefined;
  }
  const changes = {
    ...(owner && isFree && { owner: owner.id }),
    ...(token.name !== '' && isFree && { name: token.name }),
    ...(!token.apiSupport && found.apiSupport && { apiSupport: false }),
  };
  if (!dryRun && Object.keys(changes).length > 0) {
    const changed = await tryOne(report, row, () => service.send('PATCH', `/v1/tokens/${found.id}`, { body: changes }));
    if (!changed) return undefined;
  }
  report.add({ ...row, outcome: isFree && owner ? 'made' : 'there' });
  return found;
}

async function createSentTokens(
  context: MigrationContext,
  items: readonly Item<PlannedToken>[],
  here: Map<number, MigratedToken>,
) {
  const created: { token: PlannedToken; as: MigratedToken }[] = [];
  await inBulk(context, '/v1/bulk/tokens', items, ({ subject: token }, answer) => {
    const row = { what: 'token', number: token.id, name: nameOf(token) } as const;
    if (!reportAnswer(context.report, row, answer)) return;
    const { name, kind } = token;
    created.push({ token, as: { id: answer?.id ?? '', name, kind, apiSupport: true, directResources: [] } });
  });
  for (const { token, as } of created) if (await disableApi(context, token, as)) here.set(token.id, as);
}

/** A token that worked only in the widget stays so, before it gives access to anything. False if that failed. */
async function disableApi(
  { service, dryRun, report }: MigrationContext,
  token: PlannedToken,
  { id, apiSupport }: MigratedToken,
): Promise<boolean> {
  if (dryRun || token.apiSupport || !apiSupport) return true;
  const row = { what: 'token', number: token.id, name: nameOf(token) } as const;
  const body = { apiSupport: false };
  return (await tryOne(report, row, () => service.send('PATCH', `/v1/tokens/${id}`, { body }))) !== undefined;
}

function bodyOf({ name, kind, serial }: PlannedToken, owner: ExistingUser | undefined): Record<string, unknown> {
  return {
    kind,
    to: addressOf(kind, serial ?? ''),
    ...(name !== '' && { name }),
    // The id is empty in a dry run, if the owner does not exist yet.
    ...(owner && owner.id !== '' && { owner: owner.id }),
  };
}

/** The source writes numbers without the plus. The service validates them. */
function addressOf(kind: PlannedToken['kind'], serial: string): string {
  return kind === 'sms' && /^[0-9]/.test(serial) ? `+${serial}` : serial;
}

async function readTokens({ service }: MigrationContext) {
  const bySerial = new Map<string, MigratedToken[]>();
  const byAddress = new Map<string, MigratedToken>();
  for await (const token of pages<MigratedToken>(service, '/v1/tokens')) {
    if (token.serial !== undefined && DEVICE_KINDS.includes(token.kind)) {
      const key = serialKey(token.serial);
      bySerial.set(key, [...(bySerial.get(key) ?? []), token]);
    }
    if (token.to !== undefined) byAddress.set(addressKey(token.kind, token.to, token.owner), token);
  }
  return { bySerial, byAddress };
}

/** Serial numbers of several tokens of the source: it is unknown which of them has the seed. */
function repeatedSerials(planned: readonly PlannedToken[]): ReadonlySet<string> {
  const [seen, twice] = [new Set<string>(), new Set<string>()];
  for (const { kind, serial } of planned) {
    if (kind !== 'device' || serial === undefined) continue;
    const key = serialKey(serial);
    (seen.has(key) ? twice : seen).add(key);
  }
  return twice;
}

function serialKey(serial: string): string {
  return serial.trim().toLowerCase();
}

function addressKey(kind: string, to: string, owner: string | undefined): string {
  return `${kind}\n${addressOf(kind as PlannedToken['kind'], to).toLowerCase()}\n${owner ?? ''}`;
}
