import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Service } from '../connection/service.ts';
import { detailOf, MAX_ROWS, sendRows } from './bulk-rows.ts';
import { openPrivateFile } from './private-file.ts';
import type { Progress } from './progress.ts';
import { type Format, type Row, readRows } from './rows.ts';

export interface ImportOptions {
  file: string;
  format: Format;
  /** `/v1/users/bulk`. */
  path: string;
  dryRun: boolean;
  /** Of this import, the same when it goes on after a kill: whatever was done in it already is not done again. */
  run: string;
  /** Where refused rows go as they were, to be mended and imported again. */
  rejectedFile: string;
  /** From a row of the file to a row of the request; throws an Error with what is wrong. */
  toRequest: (fields: Record<string, unknown>) => Record<string, unknown>;
}

export interface ImportResult {
  done: number;
  refused: { line: number; code: string; detail?: string }[];
  /** More were refused than are listed. */
  refusedCount: number;
}

interface RowRequest {
  row: Row;
  body: Record<string, unknown>;
}

/** Well below what the service takes in one body. */
const MAX_BATCH_BYTES = 600_000;
const MAX_ROW_BYTES = 100_000;
/** `,"key":"…"` */
const KEY_BYTES = 60;
const MAX_REQUESTS = 3;
/** More are counted and written to the file of rejected rows, and not listed. */
const MAX_LISTED = 1000;

/**
 * Sends the rows of a file in requests of 500, a few at a time, and keeps what was refused. Rows that were taken stay taken
 * whatever comes after. Each has a key made of the run and its place, so that going on after a kill loses none and doubles
 * none.
 */
export async function importRows(service: Service, options: ImportOptions, progress: Progress): Promise<ImportResult> {
  const imported: ImportResult = { done: 0, refused: [], refusedCount: 0 };
  const rejected = new RejectedRows(options.rejectedFile, options.format, await headerOf(options));
  const refuse = (row: Row, code: string, detail?: string) => {
    imported.refusedCount += 1;
    if (imported.refused.length < MAX_LISTED) {
      imported.refused.push({ line: row.line, code, ...(detail !== undefined && { detail }) });
    }
    if (!options.dryRun) rejected.add(row);
  };

  let failure: unknown;
  const keyOf = ({ line, raw }: Row) =>
    createHash('sha256').update(`${options.run}\n${line}\n${raw}`).digest('base64url');
  const send = async (batch: readonly RowRequest[]) => {
    const rows = batch.map(({ row, body }) => ({ body, key: keyOf(row) }));
    const sent = await sendRows(service, options, rows);
    for (const [at, { row }] of batch.entries()) {
      const answer = sent.answers[at];
      if (answer && answer.status < 300) imported.done += 1;
      // Without an answer it is not known whether it was taken: it is kept, and the run goes on with the same command.
      else refuse(row, answer?.code ?? 'NO_ANSWER', detailOf(answer));
    }
    failure ??= sent.failure;
    progress.at(batch.at(-1)?.row.bytes ?? 0, imported.done, imported.refusedCount);
  };

  const underWay = new Set<Promise<void>>();
  const begin = async (batch: readonly RowRequest[]) => {
    while (underWay.size >= MAX_REQUESTS) await Promise.race(underWay);
    if (failure !== undefined) {
      for (const { row } of batch) refuse(row, 'NOT_SENT');
      return;
    }
    const sending = send(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  try {
    let batch: RowRequest[] = [];
    let bytes = 0;
    for await (const row of readRows(options.file, options.format)) {
      if (failure !== undefined) {
        refuse(row, 'NOT_SENT');
        continue;
      }
      const sent = requestOf(row, options);
      if ('error' in sent) {
        refuse(row, 'ROW_INVALID', sent.error);
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

/** What is sent for a row, or what is wrong with it before anything is. */
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

/** A file that is there only when something was rejected. It may hold passwords: its owner alone reads it. */
class RejectedRows {
  readonly #file: string;
  readonly #format: Format;
  readonly #header: string;
  #stream: ReturnType<typeof createWriteStream> | undefined;

  constructor(file: string, format: Format, header: string) {
    this.#file = file;
    this.#format = format;
    this.#header = header;
  }

  add(row: Row): void {
    if (!this.#stream) {
      this.#stream = createWriteStream(this.#file, { fd: openPrivateFile(this.#file) });
      if (this.#format === 'csv') this.#stream.write(`${this.#header}\n`);
    }
    this.#stream.write(`${row.raw}\n`);
  }

  async close(): Promise<void> {
    if (!this.#stream) return;
    this.#stream.end();
    await finished(this.#stream);
  }
}

/** The first line of a CSV file: the rejected rows need it as well. */
async function headerOf({ file, format }: ImportOptions): Promise<string> {
  if (format !== 'csv') return '';
  const handle = await open(file);
  try {
    for await (const line of handle.readLines({ autoClose: false })) return line.replace(/^\uFEFF/, '');
    return '';
  } finally {
    await handle.close();
  }
}
