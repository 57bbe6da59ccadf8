import { columnKey, USER_COLUMNS } from '@countersign/protocol/user-columns';
import Papa from 'papaparse';
import { readMetadata } from './metadata.ts';

/** A row of the file, as it would be sent, with its line number. */
export interface UserRow {
  /** From 1; the header is line 1. */
  line: number;
  fields: Readonly<Record<string, unknown>>;
  /** The line of an earlier row with the same name. */
  twice?: number;
}

export type UsersFile =
  | { rows: UserRow[]; unknown: string[]; hasPasswords: boolean }
  | { flaw: 'no-login' | 'empty' }
  | { flaw: 'too-many'; maxItems: number }
  | { flaw: 'unreadable'; line: number }
  | { flaw: 'repeated-column'; column: string };

export const MAX_USERS = 10_000;

const PASSWORDS = ['password', 'passwordhash', 'passwort'];
/** Columns that are no text. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = { apiSupport: flagOf, metadata: readMetadata };
const NAMES = ['login', 'email', 'alias', 'phone'];

/** Reads users from CSV (RFC 4180, with any usual separator). Does not use the DOM; the service validates the rows. */
export function readUsers(text: string): UsersFile {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { header: false, skipEmptyLines: false });
  const broken = errors.find(({ type }) => type === 'Quotes');
  if (broken) return { flaw: 'unreadable', line: (broken.row ?? 0) + 1 };
  const [header = [], ...lines] = data;
  const columns = header.map(columnOf);
  const repeated = columns.find((column, at) => column !== undefined && columns.indexOf(column) !== at);
  if (repeated !== undefined) return { flaw: 'repeated-column', column: repeated };
  if (!columns.includes('login')) return { flaw: 'no-login' };
  const filled = lines
    .map((cells, at) => ({ cells, line: at + 2 }))
    .filter(({ cells }) => cells.join('').trim() !== '');
  if (filled.length === 0) return { flaw: 'empty' };
  if (filled.length > MAX_USERS) return { flaw: 'too-many', maxItems: MAX_USERS };
  const held = new Map<string, number>();
  const rows = filled.map(({ cells, line }): UserRow => {
    const fields: Record<string, unknown> = {};
    for (const [at, column] of columns.entries()) {
      const value = (cells[at] ?? '').trim();
      if (column !== undefined && value !== '') fields[column] = READERS[column]?.(value) ?? value;
    }
    const own = [...new Set(NAMES.flatMap((name) => (typeof fields[name] === 'string' ? nameKey(fields[name]) : [])))];
    const twice = own.map((name) => held.get(name)).find((before) => before !== undefined);
    for (const name of own) if (!held.has(name)) held.set(name, line);
    return { line, fields, ...(twice !== undefined && { twice }) };
  });
  const isPassword = (name: string) => PASSWORDS.includes(columnKey(name));
  return {
    rows,
    unknown: header.filter((name, at) => columns[at] === undefined && name.trim() !== '' && !isPassword(name)),
    hasPasswords: header.some(isPassword),
  };
}

function columnOf(name: string): string | undefined {
  return Object.keys(USER_COLUMNS).find((column) => USER_COLUMNS[column]?.includes(columnKey(name)));
}

function flagOf(text: string): string | boolean {
  if (/^(?:true|yes|1|ja)$/i.test(text)) return true;
  return /^(?:false|no|0|nein)$/i.test(text) ? false : text;
}

/** Approximates how the service compares names, so that the preview does not accept a file that is then refused. */
function nameKey(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase();
  return /^\+?[0-9]{10,15}$/.test(folded) ? folded.replace('+', '') : folded;
}
