import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { IMPORT_FORMATS, IMPORT_MAX_BYTES, type ImportFormat } from '@countersign/protocol/token-import';
import { UsageError } from '../connection/service.ts';

/** A part of a file that can be read by itself. */
export interface FilePart {
  /** As the request holds it. */
  content: { content: string; encoding: 'text' | 'base64' };
  /** Its lines as they stand in the file; none of a file that is no list of lines. */
  lines: readonly string[];
  /** How many lines of the file come before them. */
  before: number;
  /** The line of names, where the file has one. */
  names?: string;
  /** How many lines of the content come before its own: the line of names, repeated. */
  repeated: 0 | 1;
  /** How much of the file has been read with it. */
  bytes: number;
}

/** The formats that are told by their content, and the own one of JSON Lines and CSV with the columns of the API. */
export type TokenFormat = ImportFormat | 'own';

/** Larger lists go in several requests. */
const PART_BYTES = 512 * 1024;

/** What a file of tokens is, by what was asked for or by its first line. */
export async function tokenFormatOf(file: string, asked: string): Promise<TokenFormat> {
  if (asked === 'jsonl' || (asked === 'auto' && /\.(jsonl|ndjson)$/i.test(file))) return 'own';
  const known = IMPORT_FORMATS.find((format) => format === asked);
  if (known !== undefined && known !== 'csv') return known;
  if (known === undefined && asked !== 'auto') {
    throw new UsageError(`--format: auto, jsonl, ${IMPORT_FORMATS.join(', ')}`);
  }
  const first = await firstLine(file);
  if (known === undefined && first.startsWith('<')) return 'pskc';
  if (known === undefined && /^otpauth-migration:/i.test(first)) return 'migration';
  if (known === undefined && /^otpauth:/i.test(first)) return 'otpauth';
  const columns = first.split(',').map((name) => name.trim());
  return columns.includes('name') && columns.includes('kind') ? 'own' : 'csv';
}

/** PSKC is one document; everything else goes line by line, however long the file is. */
export async function* partsOf(file: string, format: ImportFormat): AsyncGenerator<FilePart> {
  if (format === 'pskc') yield await readWhole(file);
  else yield* readParts(file, format === 'csv');
}

async function readWhole(file: string): Promise<FilePart> {
  const bytes = await readFile(file);
  if (bytes.length > IMPORT_MAX_BYTES) throw new UsageError(`${file}: more than 2 MiB; have the vendor split it`);
  const content = { content: bytes.toString('base64'), encoding: 'base64' } as const;
  return { content, lines: [], before: 0, repeated: 0, bytes: bytes.length };
}

async function* readParts(file: string, isCsv: boolean): AsyncGenerator<FilePart> {
  let lines: string[] = [];
  let [size, bytes, before] = [0, 0, 0];
  let names: string | undefined;
  let begun = false;
  let inQuotes = false;
  const part = (): FilePart => {
    const repeated = before > 0 && names !== undefined ? 1 : 0;
    const all = repeated === 1 && names !== undefined ? [names, ...lines] : lines;
    return {
      content: { content: all.join('\n'), encoding: 'text' },
      lines,
      before,
      repeated,
      bytes,
      ...(names !== undefined && { names }),
    };
  };
  for await (const raw of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (isCsv && !begun && hasContent(raw)) {
      begun = true;
      if (isHeader(raw)) names = raw.replace(/^\uFEFF/, '');
    }
    if (isCsv && raw.split('"').length % 2 === 0) inQuotes = !inQuotes;
    lines.push(raw);
    size += raw.length + 1;
    bytes += Buffer.byteLength(raw) + 1;
    // A field in quotes may span lines, and belongs together.
    if (size < PART_BYTES || inQuotes) continue;
    yield part();
    before += lines.length;
    lines = [];
    size = 0;
  }
  if (before === 0 || lines.some(hasContent)) yield part();
}

/** Every name that a column of seeds goes by has one of these in it. */
function isHeader(line: string): boolean {
  return /seed|secret|key/i.test(line);
}

function hasContent(line: string): boolean {
  return line.trim() !== '' && !line.startsWith('#');
}

async function firstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    for await (const line of handle.readLines({ autoClose: false })) {
      const plain = line.replace(/^\uFEFF/, '').trim();
      if (plain !== '' && !plain.startsWith('#')) return plain;
    }
    return '';
  } finally {
    await handle.close();
  }
}
