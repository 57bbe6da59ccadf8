import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type AccountId, idFromBytes, type TokenId } from '../../kernel/ids.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import { normaliseName } from '../../kernel/names.ts';
import type { Ports, ReadPorts } from '../../kernel/ports/ports.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { namesExactly } from '../../store/index-entries.ts';
import type { NewId } from '../../store/records/create-object.ts';
import { ROW_CONCURRENCY } from '../../store/records/do-in-bulk.ts';
import { tokenDocument, tokenIndexes } from '../documents.ts';
import { KIND_RULES } from '../kinds/rules.ts';
import { validateNewToken } from '../store-token.ts';
import type { ImportedToken, ImportRow } from './import-file.ts';

/** A valid row, whose token may already exist. */
export interface ImportableRow {
  token: ImportedToken;
  birth: NewId<TokenId>;
  exists: boolean;
}

export type ValidatedRow = Pick<ImportRow, 'line' | 'serial'> &
  (ImportableRow | { flaw: Extract<ImportRow['outcome'], { flaw: unknown }>['flaw'] });

/**
 * Validates the rows against each other and against the account's tokens. A token's id is derived from its data, so the
 * same token is recognised in any file, however often it comes.
 */
export async function validateImport(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  act: RequestContext,
  rows: readonly ImportRow[],
): Promise<ValidatedRow[]> {
  const { account } = act.actor;
  const seen = { ids: new Set<string>(), serials: new Set<string>() };
  const distinguish = ({ line, serial, outcome }: ImportRow): ValidatedRow => {
    const named = { line, ...omitUndefined({ serial }) };
    if ('flaw' in outcome) return { ...named, flaw: outcome.flaw };
    const { token } = outcome;
    const birth = newIdOf(ports, account, token);
    const number = token.serial === undefined ? undefined : normaliseName(token.serial);
    if (seen.ids.has(birth.id)) return { ...named, flaw: 'REPEATED' };
    if (number !== undefined && seen.serials.has(number)) return { ...named, flaw: 'SERIAL_REPEATED' };
    seen.ids.add(birth.id);
    if (number !== undefined) seen.serials.add(number);
    return { ...named, token, birth, exists: false };
  };
  const distinct: ValidatedRow[] = [];
  for (const [at, row] of rows.entries()) {
    if (at % BETWEEN_TURNS === 0) await yieldToEventLoop();
    distinct.push(distinguish(row));
  }
  return mapConcurrent(distinct, ROW_CONCURRENCY, async (row, at): Promise<ValidatedRow> => {
    if (at % BETWEEN_TURNS === 0) await yieldToEventLoop();
    if ('flaw' in row) return row;
    const [existing] = await ports.store.getMany([tokenDocument.key(row.birth.id)], ports.clock.now());
    if (existing?.value.account === account) return { ...row, exists: true };
    const { token, line, serial } = row;
    const taken = token.serial !== undefined && (await isTaken(ports, account, token.serial));
    const named = { line, ...omitUndefined({ serial }) };
    if (taken) return { ...named, flaw: 'SERIAL_TAKEN' };
    const refused = await validateNewToken(ports, act, token);
    return refused ? { ...named, flaw: refused.refused === 'FORBIDDEN' ? 'OWNER_FORBIDDEN' : 'OWNER_UNKNOWN' } : row;
  });
}

function newIdOf(ports: Pick<Ports, 'secrets'>, account: AccountId, token: ImportedToken): NewId<TokenId> {
  const { kind, serial, secret } = token;
  const number = serial === undefined ? null : normaliseName(serial);
  const device = [
    account,
    kind,
    ...(KIND_RULES[kind].import?.identity(token) ?? []),
    number,
    Buffer.from(secret).toString('base64'),
  ];
  const derived = ports.secrets.mac('token-import', JSON.stringify(device));
  return { id: idFromBytes('tok', derived), madeWith: Buffer.from(derived).toString('base64url') };
}

/** Searches the names, which include serial numbers; entries are hints, so the tokens themselves decide. */
async function isTaken(ports: ReadPorts, account: AccountId, serial: string): Promise<boolean> {
  const index = tokenIndexes.names(account);
  const prefix = namesExactly(serial);
  let after: IndexEntry | undefined;
  for (;;) {
    const entries = await ports.store.range(index, { limit: PIECE, prefix, ...omitUndefined({ after }) });
    const keys = entries.map(({ id }) => tokenDocument.key(id as TokenId));
    const stored = await ports.store.getMany(keys, ports.clock.now());
    const holds = stored.some(
      (found) =>
        found?.value.account === account &&
        found.value.serial !== undefined &&
        normaliseName(found.value.serial) === normaliseName(serial),
    );
    if (holds) return true;
    if (entries.length < PIECE) return false;
    after = entries.at(-1);
  }
}

const PIECE = 50;
/** The rows validated between two pauses. */
const BETWEEN_TURNS = 50;
