import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Service } from '../connection/service.ts';
import { detailOf, MAX_ROWS, sendRows } from './bulk-rows.ts';
import { openPrivateFile } from './private-file.ts';
import type { Progress } from './progress.ts';
import type { Row } from './rows.ts';

/** The result for one row. */
export type RowOutcome =
  | { isDone: true; id?: string | undefined; wasThere?: true }
  | { isDone: false; code: string; detail?: string };

export interface ImportOptions {
  rows: AsyncIterable<Row>;
  /** The first line of the file of refused rows. */
  header?: string | undefined;
  /** `/v1/bulk/users`. */
  path: string;
  dryRun: boolean;
  /** The id of the import, unchanged when it resumes, so that nothing is done twice. */
  run: string;
  /** Where refused rows go unchanged, to be corrected and imported again. */
  rejectedFile: string;
  /** Converts a row of the file to a row of the request; throws an Error with what is wrong. */
  toRequest: (fields: Record<string, unknown>) => Record<string, unknown>;
  /** The id of the object that exists already for a refused row, which then counts as done. */
  recall?: (row: Row, code: string) => Promise<string | undefined>;
  /** Told of each row, in a dry run as well. An import that fails here is resumed with this row. */
  settled?: (row: Row, outcome: RowOutcome) => void | Promise<void>;
}

interface ImportResult {
  done: number;
  refused: { line: number; code: string; detail?: string }[];
  /** All refused rows, also those not listed. */
  refusedCount: number;
}

interface RowRequest {
  row: Row;
  body: Record<string, unknown>;
}

/** Well below the service's limit for a body. */
const MAX_BATCH_BYTES = 600_000;
const MAX_ROW_BYTES = 100_000;
/** `,"key":"…"` */
const KEY_BYTES = 60;
const MAX_REQUESTS = 3;
/** Further rows are counted and written to the file of rejected rows, but not listed. */
const MAX_LISTED = 1000;

/**
 * Sends rows in requests of 500, several at a time, and collects the refused ones. Each row has a key
 * made of the run and its position, so that a resumed import loses and repeats none.
 */
export async function importRows(service: Service, options: ImportOptions, progress: Progress): Promise<ImportResult> {
  const imported: ImportResult = { done: 0, refused: [], refusedCount: 0 };
  const rejected = new RejectedRows(options.rejectedFile, options.header);
  const refuse = async (row: Row, code: string, detail?: string) => {
    const id = await options.recall?.(row, code);
    if (id !== undefined) {
      imported.done += 1;
      await options.settled?.(row, { isDone: true, id, wasThere: true });
      return;
    }
    imported.refusedCount += 1;
    if (imported.refused.length < MAX_LISTED) {
      imported.refused.push({ line: row.line, code, ...omitUndefined({ detail }) });
    }
    if (!options.dryRun) rejected.add(row);
    await options.settled?.(row, { isDone: false, code, ...omitUndefined({ detail }) });
  };

  let failure: unknown;
  const keyOf = ({ line, raw }: Row) =>
    createHash('sha256').update(`${options.run}\n${line}\n${raw}`).digest('base64url');
  const send = async (batch: readonly RowRequest[]) => {
    const rows = batch.map(({ row, body }) => ({ body, key: keyOf(row) }));
    const sent = await sendRows(service, options, rows);
    failure ??= sent.failure;
    try {
      for (const [at, { row }] of batch.entries()) {
        const answer = sent.answers[at];
        if (answer && answer.status < 300) {
          imported.done += 1;
          await options.settled?.(row, { isDone: true, id: answer.id });
        }
        // Without an answer the result is unknown: the row goes to the rejected file, and the same command resumes the
        // run.
        else await refuse(row, answer?.code ?? 'NO_ANSWER', detailOf(answer));
      }
    } catch (error) {
      failure ??= error;
    }
    progress.at(batch.at(-1)?.row.bytes ?? 0, imported.done, imported.refusedCount);
  };

  const underWay = new Set<Promise<void>>();
  const begin = async (batch: readonly RowRequest[]) => {
    while (underWay.size >= MAX_REQUESTS) await Promise.race(underWay);
    if (failure !== undefined) {
      for (const { row } of batch) await refuse(row, 'NOT_SENT');
      return;
    }
    const sending = send(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  try {
    let batch: RowRequest[] = [];
    let bytes = 0;
    for await (const row of options.rows) {
      if (failure !== undefined) {
        await refuse(row, 'NOT_SENT');
        continue;
      }
      const sent = requestOf(row, options);
      if ('error' in sent) {
        await refuse(row, 'ROW_INVALID', sent.error);
        continue;
      }
      if (batch.length === MAX_ROWS || bytes + sent.bytes > MAX_BATCH_BYTES) {
        await begin(batch);
        [batch, bytes] = [[], 0];
      }
      batch.push(sent);
      bytes += sent.bytes;
    }
    if (batch.length > 0) await begin(batch);
    await Promise.all(underWay);
  } finally {
    await rejected.close();
  }
  if (failure !== undefined) throw failure;
  return imported;
}

/** The request row for a row of the file, or why it cannot be sent. */
function requestOf(row: Row, { toRequest }: ImportOptions): (RowRequest & { bytes: number }) | { error: string } {
  if (!row.fields) return { error: row.error ?? 'no row' };
  try {
    const body = toRequest(row.fields);
    const bytes = Buffer.byteLength(JSON.stringify(body)) + KEY_BYTES;
    return bytes > MAX_ROW_BYTES ? { error: 'too long' } : { row, body, bytes };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** A file that exists only if rows were rejected. It may hold passwords, so only its owner can read it. */
class RejectedRows {
  readonly #file: string;
  readonly #header: string | undefined;
  #stream: ReturnType<typeof createWriteStream> | undefined;

  constructor(file: string, header: string | undefined) {
    this.#file = file;
    this.#header = header;
  }

  add(row: Row): void {
    if (!this.#stream) {
      this.#stream = createWriteStream(this.#file, { fd: openPrivateFile(this.#file) });
      if (this.#header !== undefined) this.#stream.write(`${this.#header}\n`);
    }
    this.#stream.write(`${row.raw}\n`);
  }

  async close(): Promise<void> {
    if (!this.#stream) return;
    this.#stream.end();
    await finished(this.#stream);
  }
}
