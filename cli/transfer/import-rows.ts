import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Service } from '../connection/service.ts';
import { openPrivately } from './private-file.ts';
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
  errors?: { path: string; message: string }[];
  retryAfterMs?: number;
}

interface Sent {
  row: Row;
  body: Record<string, unknown>;
}

/** A busy service is asked again, after a while that grows: in all for longer than a killed one keeps a row for itself. */
const MOST_TRIES = 7;
const FIRST_PAUSE_MS = 500;

const ROWS_AT_ONCE = 500;
/** Well below what the service takes in one body. */
const BYTES_AT_ONCE = 600_000;
const LONGEST_ROW_BYTES = 100_000;
/** `,"key":"…"` */
const KEY_BYTES = 60;
const REQUESTS_AT_ONCE = 3;
/** More are counted and written to the file of rejected rows, and not listed. */
const MOST_LISTED = 1000;

/**
 * Sends the rows of a file in requests of 500, a few at a time, and keeps what was refused. Rows that were taken stay taken
 * whatever comes after. Each has a key made of the run and its place, so that going on after a kill loses none and doubles
 * none.
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

  let failure: unknown;
  const send = async (batch: readonly Sent[]) => {
    let left = batch;
    try {
      for (let tries = 1; left.length > 0; tries++) {
        const answers = await ask(service, options, left);
        const busy: Sent[] = [];
        let wait = FIRST_PAUSE_MS * 2 ** (tries - 1);
        for (const [at, sent] of left.entries()) {
          const answer = answers[at];
          if (answer && answer.status < 300) imported.done += 1;
          else if (answer && isBusy(answer) && tries < MOST_TRIES) {
            busy.push(sent);
            wait = Math.max(wait, answer.retryAfterMs ?? 0);
          } else refuse(sent.row, answer?.code ?? 'NO_ANSWER', detailOf(answer));
        }
        left = busy;
        if (left.length > 0) await pause(wait);
      }
    } catch (error) {
      // Whether these were taken is not known: they are kept, and the run goes on with the same command.
      for (const { row } of left) refuse(row, 'NO_ANSWER');
      failure ??= error;
    }
    progress.at(batch.at(-1)?.row.bytes ?? 0, imported.done, imported.refusedCount);
  };

  const underWay = new Set<Promise<void>>();
  const begin = async (batch: readonly Sent[]) => {
    while (underWay.size >= REQUESTS_AT_ONCE) await Promise.race(underWay);
    if (failure !== undefined) {
      for (const { row } of batch) refuse(row, 'NOT_SENT');
      return;
    }
    const sending = send(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
  };

  try {
    let batch: Sent[] = [];
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
      if (batch.length === ROWS_AT_ONCE || bytes + sent.bytes > BYTES_AT_ONCE) {
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
function requestOf(row: Row, { toRequest }: ImportOptions): (Sent & { bytes: number }) | { error: string } {
  if (!row.fields) return { error: row.error ?? 'no row' };
  try {
    const body = toRequest(row.fields);
    const bytes = Buffer.byteLength(JSON.stringify(body)) + KEY_BYTES;
    return bytes > LONGEST_ROW_BYTES ? { error: 'too long' } : { row, body, bytes };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function ask(service: Service, options: ImportOptions, batch: readonly Sent[]): Promise<RowAnswer[]> {
  const { path, dryRun, run } = options;
  const keyOf = ({ line, raw }: Row) => createHash('sha256').update(`${run}\n${line}\n${raw}`).digest('base64url');
  const rows = batch.map(({ row, body }) => (dryRun ? body : { ...body, key: keyOf(row) }));
  const { body } = await service.send('POST', path, { body: { rows, ...(dryRun && { dryRun: true }) } });
  return (body as { rows: RowAnswer[] }).rows;
}

/** Too much at once, or a request that was broken off has the row still at work. */
function isBusy({ status, code }: RowAnswer): boolean {
  return status === 429 || status === 503 || code === 'IDEMPOTENCY_KEY_IN_USE';
}

/** What is wrong with which field: never what stood in it. */
function detailOf(answer: RowAnswer | undefined): string | undefined {
  const { errors = [], detail } = answer ?? {};
  const places = errors.map(({ path, message }) => `${path}: ${message}`);
  const told = [...(errors.some(({ message }) => detail?.includes(message)) ? [] : [detail]), ...places].filter(
    (one) => one !== undefined,
  );
  return told.length > 0 ? told.join('; ') : undefined;
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
      this.#stream = createWriteStream(this.#file, { fd: openPrivately(this.#file) });
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
