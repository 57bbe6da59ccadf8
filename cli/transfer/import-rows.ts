import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Service } from '../connection/service.ts';
import type { Progress } from './progress.ts';
import { type Format, type Row, readRows } from './rows.ts';

export interface ImportOptions {
  file: string;
  format: Format;
  /** `/v1/users/bulk`. */
  path: string;
  dryRun: boolean;
  /** Where refused rows go as they were, to be mended and imported again. */
  rejectedFile: string;
  /** From a row of the file to a row of the request; throws an Error with what is wrong. */
  toRequest: (fields: Record<string, unknown>) => Record<string, unknown>;
}

export interface Imported {
  done: number;
  refused: { line: number; code: string; detail?: string }[];
  /** More were refused than are listed. */
  refusedCount: number;
}

/** What one row came to. */
interface RowAnswer {
  status: number;
  id?: string;
  code?: string;
  detail?: string;
}

const ROWS_AT_ONCE = 500;
const REQUESTS_AT_ONCE = 3;
/** More are counted and written to the file of rejected rows, and not listed. */
const MOST_LISTED = 1000;

/**
 * Sends the rows of a file in requests of 500, a few at a time, and keeps what was refused. Rows that were taken stay taken
 * whatever comes after; whoever runs it again with the rejected rows loses none and doubles none.
 */
export async function importRows(service: Service, options: ImportOptions, progress: Progress): Promise<Imported> {
  const imported: Imported = { done: 0, refused: [], refusedCount: 0 };
  const rejected = new Rejected(options.rejectedFile, options.format, await headerOf(options));
  const refuse = (row: Row, code: string, detail?: string) => {
    imported.refusedCount += 1;
    if (imported.refused.length < MOST_LISTED) {
      imported.refused.push({ line: row.line, code, ...(detail !== undefined && { detail }) });
    }
    if (!options.dryRun) rejected.add(row);
  };

  const send = async (batch: { row: Row; body: Record<string, unknown> }[]) => {
    const rows = batch.map(({ body }) => body);
    const { body } = await service.send('POST', options.path, {
      body: { rows, ...(options.dryRun && { dryRun: true }) },
    });
    const answers = (body as { rows: RowAnswer[] }).rows;
    for (const [at, { row }] of batch.entries()) {
      const answer = answers[at];
      if (answer && answer.status < 300) imported.done += 1;
      else refuse(row, answer?.code ?? 'NO_ANSWER', answer?.detail);
    }
    progress.at(batch.at(-1)?.row.bytes ?? 0, imported.done, imported.refusedCount);
  };

  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  const begin = async (batch: { row: Row; body: Record<string, unknown> }[]) => {
    while (underWay.size >= REQUESTS_AT_ONCE) await Promise.race(underWay);
    if (failure !== undefined) throw failure;
    const sending = send(batch)
      .catch((error: unknown) => {
        // Whether its rows were taken is not known: they are kept, and importing them again is refused by name.
        for (const { row } of batch) refuse(row, 'NO_ANSWER');
        failure ??= error;
      })
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  try {
    let batch: { row: Row; body: Record<string, unknown> }[] = [];
    for await (const row of readRows(options.file, options.format)) {
      if (failure !== undefined) {
        refuse(row, 'NOT_SENT');
        continue;
      }
      if (!row.fields) {
        refuse(row, 'ROW_INVALID', row.error);
        continue;
      }
      try {
        batch.push({ row, body: options.toRequest(row.fields) });
      } catch (error) {
        refuse(row, 'ROW_INVALID', error instanceof Error ? error.message : String(error));
        continue;
      }
      if (batch.length === ROWS_AT_ONCE) {
        await begin(batch).catch(() => {});
        batch = [];
      }
    }
    if (batch.length > 0) await begin(batch);
    await Promise.all(underWay);
  } finally {
    await rejected.close();
  }
  if (failure !== undefined) throw failure;
  return imported;
}

/** A file that is there only when something was rejected. It may hold passwords: its owner alone reads it. */
class Rejected {
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
      this.#stream = createWriteStream(this.#file, { mode: 0o600 });
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
