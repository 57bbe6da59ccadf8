import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { IMPORT_FORMATS, IMPORT_MAX_BYTES, type ImportFormat } from '@countersign/protocol/token-import';
import { UsageError } from '../connection/service.ts';

/** A part of a file that can be read by itself. */
export interface FilePart {
  /** As sent in the request. */
  content: { content: string; encoding: 'text' | 'base64' };
  /** Its lines in the file; empty if the file is not a list of lines. */
  lines: readonly string[];
  /** Number of lines of the file before it. */
  before: number;
  /** The header line, if the file has one. */
  names?: string;
  /** Number of repeated header lines in front of its own. */
  repeated: 0 | 1;
  /** How much of the file has been read so far. */
  bytes: number;
}

/** The formats recognized by content, and our own: JSON Lines and CSV with the columns of the API. */
type TokenFormat = ImportFormat | 'own';

/** Larger lists are split into several requests. */
const PART_BYTES = 512 * 1024;

/** The format of a file, as requested or by its first line. */
export async function tokenFormatOf(file: string, wanted: string): Promise<TokenFormat> {
  if (wanted === 'jsonl' || (wanted === 'auto' && /\.(jsonl|ndjson)$/i.test(file))) return 'own';
  const known = IMPORT_FORMATS.find((format) => format === wanted);
  if (known !== undefined && known !== 'csv') return known;
  if (known === undefined && wanted !== 'auto') {
    throw new UsageError(`--format: auto, jsonl, ${IMPORT_FORMATS.join(', ')}`);
  }
  const first = await firstLine(file);
  if (known === undefined && first.startsWith('<')) return 'pskc';
  if (known === undefined && first.startsWith('{')) return 'app';
  if (known === undefined && /^otpauth-migration:/i.test(first)) return 'migration';
  if (known === undefined && /^otpauth:/i.test(first)) return 'otpauth';
  const columns = first.split(',').map((name) => name.trim());
  return columns.includes('name') && columns.includes('kind') ? 'own' : 'csv';
}

/** PSKC and the exports of apps are one document; other formats are read line by line, at any length. */
export async function* partsOf(file: string, format: ImportFormat): AsyncGenerator<FilePart> {
  if (format === 'pskc' || format === 'app') yield await readWhole(file);
  else yield* readParts(file, format === 'csv');
}

async function readWhole(file: string): Promise<FilePart> {
  const bytes = await readFile(file);
  if (bytes.length > IMPORT_MAX_BYTES) throw new UsageError(`${file}: more than 2 MiB; split it`);
  const content = { content: bytes.toString('base64'), encoding: 'base64' } as const;
  return { content, lines: [], before: 0, repeated: 0, bytes: bytes.length };
}

async function* readParts(file: string, isCsv: boolean): AsyncGenerator<FilePart> {
  let lines: string[] = [];
  let [size, bytes, before] = [0, 0, 0];
  let names: string | undefined;
  let started = false;
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
      ...omitUndefined({ names }),
    };
  };
  for await (const raw of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (isCsv && !started && hasContent(raw)) {
      started = true;
      if (isHeader(raw)) names = raw.replace(/^\uFEFF/, '');
    }
    if (isCsv && raw.split('"').length % 2 === 0) inQuotes = !inQuotes;
    lines.push(raw);
    size += raw.length + 1;
    bytes += Buffer.byteLength(raw) + 1;
    // A quoted field may span lines, which stay together.
    if (size < PART_BYTES || inQuotes) continue;
    yield part();
    before += lines.length;
    lines = [];
    size = 0;
  }
  if (before === 0 || lines.some(hasContent)) yield part();
}

/** Every known name of a seed column contains one of these. */
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
