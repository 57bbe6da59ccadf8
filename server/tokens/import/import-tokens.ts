import { pbkdf2, scrypt } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ImportFlaw, ImportFormat, ImportWarning } from '@countersign/protocol/token-import';
import type { TokenId } from '../../kernel/ids.ts';
import { runExclusive } from '../../kernel/keyed-queue.ts';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import { mayCreate } from '../../kernel/policy.ts';
import type { Ports, SecretPorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { CHEAP_ROW_CONCURRENCY } from '../../store/records/do-in-bulk.ts';
import { createToken } from '../create-token.ts';
import type { ImportFile } from './import-file.ts';
import type { DerivationNeeded, ImportOptions } from './read-file.ts';
import { type ValidatedRow, validateImport } from './validate-import.ts';

export interface TokenImport extends ImportOptions {
  content: Uint8Array;
  /** Validate every row and create nothing. */
  dryRun: boolean;
  /** Import the valid rows even if others are refused. */
  acceptPartial: boolean;
  /** The rows to create in this call; every call validates all. */
  from: number;
  count: number;
}

export interface ImportedRow {
  line: number;
  serial?: string;
  /**
   * `made`: created by this call. `exists`: created before, by this import or another way. `importable`: valid, but not
   * created by this call. `refused`: see `code`.
   */
  outcome: 'made' | 'exists' | 'importable' | 'refused';
  id?: TokenId;
  code?: ImportFlaw | Refusal['refused'];
}

export interface ImportReport {
  format: ImportFormat;
  warnings: readonly ImportWarning[];
  rows: ImportedRow[];
  /** False if a refused row prevented the import. */
  allowed: boolean;
}

export type ImportPorts = SecretPorts & Pick<Ports, 'hasher'>;

/** Files are large, so the queue is short. */
const MAX_WAITING_IMPORTS = 4;

/**
 * Imports the tokens of a file. The whole file is read and validated before the first token is created, and one refused
 * row prevents the import, unless partial import is requested. Repeat an interrupted import to complete it: each
 * token's id is derived from its data, so none is created twice.
 */
export async function importTokens(
  ports: ImportPorts,
  act: RequestContext,
  request: TokenImport,
): Promise<Result<ImportReport>> {
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const work = () => importInTurn(ports, act, request);
  return runExclusive(ports.store, `token-import/${account}`, work, MAX_WAITING_IMPORTS);
}

async function importInTurn(
  ports: ImportPorts,
  act: RequestContext,
  request: TokenImport,
): Promise<Result<ImportReport>> {
  const file = await readInPieces(ports, request);
  if ('flaw' in file) return refusal('IMPORT_UNREADABLE', { detail: file.flaw });
  const judged = await validateImport(ports, act, file.rows);
  const allowed = request.acceptPartial || judged.every((row) => !('flaw' in row));
  const { from, count, dryRun } = request;
  const rows = await mapConcurrent(judged, CHEAP_ROW_CONCURRENCY, async (row, at): Promise<ImportedRow> => {
    const turn = allowed && !dryRun && at >= from && at < from + count;
    return { ...placeOf(row), ...(turn ? await createRow(ports, act, row) : validationOutcome(row)) };
  });
  return { format: file.format, warnings: file.warnings, rows, allowed };
}

type Outcome = Pick<ImportedRow, 'outcome' | 'id' | 'code'>;

async function createRow(ports: ImportPorts, act: RequestContext, row: ValidatedRow): Promise<Outcome> {
  if ('flaw' in row || row.exists) return validationOutcome(row);
  const { token, birth } = row;
  // A token that was deleted and is imported again has its old id. Its epochs start at this instant, which is later
  // than any before, so that no assignment of the deleted one is valid for it.
  const epoch = ports.clock.now();
  const made = await createToken(ports, act, birth, { ...token, epoch });
  return isRefusal(made) ? { outcome: 'refused', code: made.refused } : { outcome: 'made', id: made.token.id };
}

function validationOutcome(row: ValidatedRow): Outcome {
  if ('flaw' in row) return { outcome: 'refused', code: row.flaw };
  return row.exists ? { outcome: 'exists', id: row.birth.id } : { outcome: 'importable' };
}

function placeOf({ line, serial }: ValidatedRow): Pick<ImportedRow, 'line' | 'serial'> {
  return { line, ...omitUndefined({ serial }) };
}

/**
 * Reads a file with pauses, in which other requests are served. The readers are loaded on first use: few services need
 * them.
 */
async function readInPieces(
  ports: Pick<Ports, 'clock' | 'hasher'>,
  { content, ...options }: TokenImport,
): Promise<ImportFile | { flaw: ImportFlaw }> {
  const { readFile } = await import('./read-file.ts');
  const reading = readFile(content, options, ports.clock.now());
  let step = reading.next();
  while (!step.done) {
    const asked = step.value;
    if (asked === undefined) await yieldToEventLoop();
    step = reading.next(asked && (await derive(ports, asked)));
  }
  return step.value;
}

/** In a thread of the pool, because it may take a second. */
function derive({ hasher }: Pick<Ports, 'hasher'>, needed: DerivationNeeded): Promise<Uint8Array> {
  if ('memoryKiB' in needed) {
    const { password, ...parameters } = needed;
    return hasher.deriveKey(password, parameters);
  }
  const { password, salt, keyBytes } = needed;
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, key: Uint8Array) => (error ? reject(error) : resolve(key));
    if ('hash' in needed) pbkdf2(password, salt, needed.iterations, keyBytes, needed.hash, settle);
    else scrypt(password, salt, keyBytes, scryptOptions(needed), settle);
  });
}

function scryptOptions({ cost, blockSize, parallelism }: { cost: number; blockSize: number; parallelism: number }) {
  // OpenSSL needs slightly more than the formula; the reader has bounded the parameters.
  const maxmem = 128 * blockSize * (cost + parallelism + 2) + 2 ** 20;
  return { cost, blockSize, parallelization: parallelism, maxmem };
}
