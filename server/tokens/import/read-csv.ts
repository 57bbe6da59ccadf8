import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { TOKEN_COLUMNS } from '@countersign/protocol/token-columns';
import type { ImportWarning, SeedEncoding } from '@countersign/protocol/token-import';
import { recordsOf } from './csv-records.ts';
import { flawOf, ImportError, type ImportedToken, type ImportRow } from './import-file.ts';
import { instantOf } from './read-instant.ts';
import { seedOf } from './seed-format.ts';
import { validateToken } from './validate-token.ts';

export interface CsvOptions {
  /** The kind of rows without one. */
  kind?: ImportedToken['kind'] | undefined;
  seedEncoding?: SeedEncoding | undefined;
}

type Column = keyof typeof TOKEN_COLUMNS;

const COLUMNS: ReadonlyMap<string, Column> = new Map(
  (Object.keys(TOKEN_COLUMNS) as Column[]).flatMap((column) =>
    TOKEN_COLUMNS[column].map((name) => [name, column] as const),
  ),
);

/** The order of columns without a header line. */
const IN_ORDER: readonly Column[] = ['serial', 'seed', 'kind', 'digits', 'period'];

interface Layout {
  columns: readonly (Column | undefined)[];
  encoding: SeedEncoding | undefined;
}

/**
 * Reads vendors' files: columns by the names in the header line, or serial number and seed without one; separated by
 * commas, semicolons or tabs. `undefined` marks a pause for other work.
 *
 * @throws ImportError if the file as a whole cannot be read
 */
export function* readCsv(
  text: string,
  options: CsvOptions,
  warnings: ImportWarning[],
): Generator<ImportRow | undefined> {
  let layout: Layout | undefined;
  let isNamed = false;
  for (const found of recordsOf(text)) {
    if (found === undefined) {
      yield undefined;
      continue;
    }
    const { record, line } = found;
    if (!layout) {
      const header = headerOf(record, options);
      isNamed = header !== undefined;
      layout = header ?? { columns: IN_ORDER, encoding: options.seedEncoding };
      if (layout.columns.includes(undefined)) warnings.push('COLUMNS_IGNORED');
      if (isNamed) continue;
    }
    yield rowOf(record, line, layout, isNamed, options);
  }
}

function rowOf(
  record: readonly string[],
  line: number,
  { columns, encoding }: Layout,
  isNamed: boolean,
  options: CsvOptions,
): ImportRow {
  if (!isNamed && record.length > IN_ORDER.length) return { line, outcome: { flaw: 'ROW_MALFORMED' } };
  const fields = new Map<Column, string>();
  for (const [at, column] of columns.entries()) {
    const value = record[at];
    if (column !== undefined && value !== undefined && value !== '') fields.set(column, value);
  }
  const serial = fields.get('serial');
  const short = isNamed && record.length !== columns.length;
  const read = flawOf(() => readRecord(fields, short, options, encoding));
  const outcome = 'flaw' in read ? read : { token: read.read };
  return { line, ...omitUndefined({ serial }), outcome };
}

function readRecord(
  fields: ReadonlyMap<Column, string>,
  short: boolean,
  options: CsvOptions,
  encoding: SeedEncoding | undefined,
): ImportedToken {
  // A comma too many shifts every value into the wrong column.
  if (short) throw new ImportError('ROW_MALFORMED');
  const expiry = fields.get('expiry');
  const milliseconds = fields.get('periodMs');
  const declared = {
    // Only OCRA has a suite.
    kind: fields.get('kind')?.replace(/^oath[-_ ]?/i, '') ?? (fields.has('suite') ? 'ocra' : options.kind),
    name: fields.get('name'),
    serial: fields.get('serial'),
    owner: fields.get('owner'),
    algorithm: fields.get('algorithm'),
    digits: fields.get('digits'),
    periodSeconds: milliseconds === undefined ? fields.get('period') : secondsOf(milliseconds),
    counter: fields.get('counter') ?? '0',
    suite: fields.get('suite'),
    suitePin: fields.get('suitePin'),
    ...(expiry !== undefined && { expiresAt: instantOf(expiry, 'day') }),
  };
  return validateToken(declared, seedOf(fields.get('seed') ?? '', encoding));
}

/** Converts milliseconds; a fraction of a second is no valid period. */
function secondsOf(milliseconds: string): string {
  return /^\d+000$/.test(milliseconds) ? milliseconds.slice(0, -3) : 'none';
}

/** The columns, or undefined if the first line is a token already. */
function headerOf(names: readonly string[], options: CsvOptions): Layout | undefined {
  const plain = names.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  const columns = plain.map((name) => COLUMNS.get(name));
  if (columns.every((column) => column === undefined)) return undefined;
  const known = columns.filter((column) => column !== undefined);
  if (!known.includes('seed') || new Set(known).size < known.length) throw new ImportError('CSV_HEADER_INVALID');
  const seed = plain[columns.indexOf('seed')] ?? '';
  const inHeader = (['hex', 'base32', 'base64'] as const).find((encoding) => seed.includes(encoding));
  return { columns, encoding: inHeader ?? options.seedEncoding };
}
