import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { UsageError } from '../connection/service.ts';

export type Format = 'csv' | 'jsonl';

/** One row of a file, or what is wrong with it. */
export interface Row {
  /** Line of the file, from 1; of a CSV row that spans several, the first. */
  line: number;
  /** The unchanged text, to be written back if it is refused. */
  raw: string;
  fields: Record<string, unknown> | undefined;
  error?: string;
  /** How much of the file has been read so far. */
  bytes: number;
}

export function formatOf(file: string, wanted: string | undefined): Format {
  const format = wanted ?? (/\.(jsonl|ndjson)$/i.test(file) ? 'jsonl' : 'csv');
  if (format !== 'csv' && format !== 'jsonl') throw new UsageError('--format: csv or jsonl');
  return format;
}

export async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    throw new UsageError(`there is no file ${file}`);
  }
}

/** Streams the rows of a file, so memory use does not depend on its size. */
export function readRows(file: string, format: Format): AsyncGenerator<Row> {
  return format === 'csv' ? readCsv(file) : readJsonLines(file);
}

/** The names in the first line of a CSV file. */
export async function columnsOf(file: string): Promise<string[]> {
  const parser = createReadStream(file).pipe(parse({ bom: true, to: 1, skip_empty_lines: true, trim: true }));
  for await (const header of parser) return header as string[];
  return [];
}

/** The unchanged first line of a CSV file, which its refused rows need as well. */
export async function headerOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    for await (const line of handle.readLines({ autoClose: false })) return line.replace(/^\uFEFF/, '');
    return '';
  } finally {
    await handle.close();
  }
}

async function* readJsonLines(file: string): AsyncGenerator<Row> {
  let line = 0;
  let bytes = 0;
  for await (const raw of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    bytes += Buffer.byteLength(raw) + 1;
    if (raw.trim() === '') continue;
    yield { line, raw, bytes, ...fromJson(raw) };
  }
}

function fromJson(raw: string): Pick<Row, 'fields' | 'error'> {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { fields: { ...value } };
  } catch {
    // Reported below.
  }
  return { fields: undefined, error: 'not a JSON object' };
}

async function* readCsv(file: string): AsyncGenerator<Row> {
  const parser = createReadStream(file).pipe(
    parse({
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim()),
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 100_000,
    }),
  );
  for await (const one of parser) {
    const { record, raw, info } = one as {
      record: Record<string, string>;
      raw: string;
      info: { lines: number; bytes: number; error?: { code: string } };
    };
    const place = { line: info.lines, raw: raw.replace(/\r?\n$/, ''), bytes: info.bytes };
    if (info.error) yield { ...place, fields: undefined, error: 'the number of fields differs from the first line' };
    else yield { ...place, fields: Object.fromEntries(Object.entries(record).filter(([, text]) => text !== '')) };
  }
}
