import { columnKey, USER_COLUMNS } from '@countersign/protocol/user-columns';
import { distance } from 'fastest-levenshtein';
import { UsageError } from '../connection/service.ts';
import { escapeControls } from '../output/table.ts';

/** Converts a row of a file, whose fields are text in CSV, to a row of a bulk request. */

export const USER_FIELDS = [
  'login',
  'alias',
  'email',
  'phone',
  'firstName',
  'secondName',
  'externalId',
  'metadata',
  'password',
  'passwordHash',
  'apiSupport',
];
export const TOKEN_FIELDS = [
  'name',
  'kind',
  'serial',
  'algorithm',
  'digits',
  'periodMs',
  'counter',
  'secret',
  'owner',
  'expiresAt',
  'pin',
];
const NUMBERS = ['digits', 'periodMs', 'counter'];

export function userRow(fields: Record<string, unknown>): Record<string, unknown> {
  const row = rejectUnknown(fields, USER_FIELDS);
  if (typeof row.login !== 'string') throw new Error('login: missing');
  return {
    ...row,
    ...(row.apiSupport !== undefined && { apiSupport: parseBoolean(row.apiSupport, 'apiSupport') }),
    ...(typeof row.metadata === 'string' && { metadata: jsonOf(row.metadata, 'metadata') }),
    ...(typeof row.passwordHash === 'string' && { passwordHash: hashOf(row.passwordHash) }),
  };
}

export function tokenRow(fields: Record<string, unknown>): Record<string, unknown> {
  const row = rejectUnknown(fields, TOKEN_FIELDS);
  // An import is for existing devices: a generated seed would never be shown.
  if (typeof row.secret !== 'string') throw new Error('secret: missing');
  if (typeof row.pin === 'string') row.pin = jsonOf(row.pin, 'pin');
  for (const name of NUMBERS) {
    if (row[name] !== undefined) row[name] = numberOf(row[name], name);
  }
  if (typeof row.expiresAt === 'string') row.expiresAt = instantOf(row.expiresAt);
  return row;
}

/**
 * Checks the header of a CSV file, so that a wrong column is one error and not one for each row.
 *
 * @throws UsageError with a line for each wrong column
 */
export function checkColumns(names: readonly string[], known: readonly string[], required: readonly string[]): void {
  const distinct = [...new Set(names)].filter((name) => name !== '');
  const wrong = [
    ...distinct
      .filter((name) => !known.includes(name))
      .map((name) => `${escapeControls(name)}: not a known column${suggestion(name, known)}`),
    ...distinct
      .filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
      .map((name) => `${escapeControls(name)}: twice`),
    ...required.filter((name) => !names.includes(name)).map((name) => `${name}: missing`),
  ];
  if (wrong.length > 0) throw new UsageError(`${wrong.join('\n')}\nthe columns are ${known.join(', ')}`);
}

/** Longer names are compared by their beginning. */
const MAX_COMPARED = 40;

/** The known column that is probably meant: by another common name, or with at most two letters wrong. */
function suggestion(name: string, known: readonly string[]): string {
  const key = columnKey(name).slice(0, MAX_COMPARED);
  const names = known.flatMap((column) =>
    [columnKey(column), ...(USER_COLUMNS[column] ?? [])].map((one) => ({ column, letters: distance(key, one), one })),
  );
  const [best] = names
    .filter(({ letters, one }) => letters <= 2 && letters < one.length / 2)
    .sort((one, other) => one.letters - other.letters);
  return best ? `; is it ${best.column}?` : '';
}

/** An unknown field is a mistake in the file, so report it instead of dropping it. */
function rejectUnknown(fields: Record<string, unknown>, known: readonly string[]): Record<string, unknown> {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${unknown}: not a known column (${known.join(', ')})`);
  return { ...fields };
}

/** A hash as text names its own format ($2b$..., $argon2id$..., pbkdf2_sha256$...); JSON is an object. */
function hashOf(text: string): unknown {
  return text.startsWith('{') ? jsonOf(text, 'passwordHash') : { format: 'text', text };
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${name}: not JSON`);
  }
}

function parseBoolean(value: unknown, name: string): boolean {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0') return false;
  throw new Error(`${name}: true or false`);
}

function numberOf(value: unknown, name: string): number {
  const number = Number(value);
  if (!Number.isInteger(number)) throw new Error(`${name}: not a whole number`);
  return number;
}

function instantOf(text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw new Error('expiresAt: not a date');
  return at;
}
