import type { ImportFormat } from '@countersign/protocol/token-import';
import type { Answer, Client } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import { type BatchFailure, runInBatches } from '../shared/import/in-batches.ts';
import type { Watch } from '../shared/import/use-wizard.ts';

export interface TokenOutcome {
  line: number;
  serial?: string;
  outcome: 'made' | 'exists' | 'importable' | 'refused';
  code?: string;
}

/** The service's report on a file of tokens. */
interface Report {
  format: ImportFormat;
  warnings: { code: string }[];
  rows: TokenOutcome[];
}

/** A file of tokens with the outcome of each row, which changes as the tokens are created. */
export interface TokenImport extends Report {
  body: Fields;
}

/** Small enough for a quick response. */
const CREATE_BATCH = 250;

/** Lets the service check the whole file, without creating anything. */
export async function checkTokens(
  client: Client,
  content: string,
  options: Fields,
): Promise<{ plan: TokenImport } | Exclude<Answer, { kind: 'done' }>> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== ''));
  const body = { ...given, content, encoding: 'base64' };
  const answer = await client.send<Report>('POST', 'token-imports', { ...body, dryRun: true });
  return answer.kind === 'done' ? { plan: { ...answer.body, body } } : answer;
}

/**
 * Creates the tokens.
 *
 * @param begin the row to go on with
 * @param onBatch called after each batch
 */
export function createTokens(
  client: Client,
  { body, rows }: TokenImport,
  watch: Watch,
  begin: number,
  onBatch: () => void,
): Promise<BatchFailure | undefined> {
  const create = {
    rows,
    atOnce: CREATE_BATCH,
    async send(_: readonly TokenOutcome[], from: number): Promise<Answer<{ rows: TokenOutcome[] }>> {
      const part = { ...body, from, count: CREATE_BATCH, acceptPartial: true };
      const answer = await client.send<Report>('POST', 'token-imports', part);
      if (answer.kind !== 'done') return answer;
      return { ...answer, body: { rows: answer.body.rows.slice(from, from + CREATE_BATCH) } };
    },
    onStep(outcomes: readonly TokenOutcome[], from: number) {
      rows.splice(from, outcomes.length, ...outcomes);
      watch.onStep(from + outcomes.length);
      onBatch();
    },
    isStopped: watch.isStopped,
  };
  return runInBatches(create, begin);
}

export function countOf({ rows }: TokenImport, outcome: TokenOutcome['outcome']): number {
  return rows.filter((row) => row.outcome === outcome).length;
}

export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  // `fromCharCode` takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
