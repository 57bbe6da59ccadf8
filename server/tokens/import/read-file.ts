import {
  IMPORT_MAX_BYTES,
  IMPORT_MAX_ROWS,
  type ImportFlaw,
  type ImportFormat,
  type ImportWarning,
} from '@countersign/protocol/token-import';
import type { Lock } from './apps/app-export.ts';
import { readAppExport } from './apps/read-app-export.ts';
import { firstLineOf } from './first-line.ts';
import { ImportError, type ImportFile, type ImportRow } from './import-file.ts';
import { ContainerReader } from './pskc/container.ts';
import { type OpeningKeys, openContainer, validateKeys, warningsOf } from './pskc/open-container.ts';
import { type CsvOptions, readCsv } from './read-csv.ts';
import { isIncomplete, type MigrationPart } from './read-migration.ts';
import { readUris } from './read-uris.ts';

export interface ImportOptions extends CsvOptions, OpeningKeys {
  format: ImportFormat | 'auto';
}

/** A request to the caller, who passes the key to `next`. */
export type DerivationNeeded = Lock['derivation'] & { password: string };

/** The bytes read between two pauses: some milliseconds of work. */
const PIECE = 8192;
const ROWS = 100;

/**
 * Reads a file of tokens. The caller drives it: each `undefined` marks a pause for other work, and every other yielded
 * value is a password to derive a key from, to be passed to `next`.
 */
export function* readFile(
  content: Uint8Array,
  options: ImportOptions,
  now: number,
): Generator<DerivationNeeded | undefined, ImportFile | { flaw: ImportFlaw }, Uint8Array | undefined> {
  try {
    return yield* read(content, options, now);
  } catch (error) {
    if (error instanceof ImportError) return { flaw: error.code };
    throw error;
  }
}

function* read(
  content: Uint8Array,
  options: ImportOptions,
  now: number,
): Generator<DerivationNeeded | undefined, ImportFile, Uint8Array | undefined> {
  if (content.length > IMPORT_MAX_BYTES) throw new ImportError('FILE_TOO_LARGE');
  const text = decodeUtf8(content);
  const format = options.format === 'auto' ? formatOf(text) : options.format;
  if (format === 'pskc') return yield* readPskc(text, options, now);
  if (format === 'app') return yield* readApp(text, options);
  if (options.password !== undefined || options.preSharedKey !== undefined) throw new ImportError('NOT_ENCRYPTED');

  const warnings: ImportWarning[] = [];
  const parts: MigrationPart[] = [];
  const rows: ImportRow[] = [];
  for (const row of format === 'csv' ? readCsv(text, options, warnings) : readUris(text, parts)) {
    if (row === undefined) {
      yield undefined;
      continue;
    }
    if (rows.length === IMPORT_MAX_ROWS) throw new ImportError('TOO_MANY_ROWS');
    rows.push(row);
    if (rows.length % ROWS === 0) yield undefined;
  }
  if (rows.length === 0) throw new ImportError('FILE_EMPTY');
  if (isIncomplete(parts)) warnings.push('BATCH_INCOMPLETE');
  return { format, rows, warnings };
}

function* readPskc(
  text: string,
  options: ImportOptions,
  now: number,
): Generator<DerivationNeeded | undefined, ImportFile, Uint8Array | undefined> {
  const reader = new ContainerReader(now);
  for (let at = 0; at < text.length; at += PIECE) {
    reader.write(text.slice(at, at + PIECE));
    yield undefined;
  }
  const container = reader.end();
  validateKeys(container, options);
  const { protection } = container;
  const { password = '', preSharedKey } = options;
  const key = protection?.by === 'password' ? yield { ...protection, password } : preSharedKey;
  const rows: ImportRow[] = [];
  for (const row of openContainer(container, key)) {
    rows.push(row);
    if (rows.length % ROWS === 0) yield undefined;
  }
  return { format: 'pskc', rows, warnings: warningsOf(container) };
}

function* readApp(
  text: string,
  options: ImportOptions,
): Generator<DerivationNeeded | undefined, ImportFile, Uint8Array | undefined> {
  const { password = '' } = options;
  const reading = readAppExport(text, options);
  let step = reading.next();
  while (!step.done) step = reading.next(yield step.value && { ...step.value, password });
  return { format: 'app', rows: step.value, warnings: [] };
}

/** @throws ImportError */
function decodeUtf8(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new ImportError('NOT_UTF8');
  }
}

/** By its first line that is neither empty nor a comment. */
function formatOf(text: string): ImportFormat {
  if (/^\s*</.test(text)) return 'pskc';
  if (/^\s*\{/.test(text)) return 'app';
  const first = firstLineOf(text);
  if (/^\s*otpauth-migration:/i.test(first)) return 'migration';
  return /^\s*otpauth:/i.test(first) ? 'otpauth' : 'csv';
}
