import { createReadStream } from 'node:fs';
import { base32nopad, hex } from '@scure/base';
import { parse } from 'csv-parse';
import { UsageError } from '../connection/service.ts';
import { type Row, sizeOf } from '../transfer/rows.ts';
import { listOf, textOf } from './fields.ts';
import { sourceUser } from './source-user.ts';
import type { Gap, LeftOut, SourceUser, System } from './system.ts';

const ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/**
 * privacyIDEA 3: the CSV of `pi-tokenjanitor find --active True export`, without a first line: `owner@realm, serial, seed,
 * type, digits` and for TOTP the seconds. Users are in other directories, so their tokens make them.
 */
export const privacyidea: System = {
  name: 'privacyidea',
  description: 'one-time codes and their owners from the CSV token export of privacyIDEA',
  options: [
    ['--algorithm <name>', 'sha1, sha256 or sha512, of all tokens in the file (default: sha1)'],
    ['--encoding <name>', 'of the seeds: hex, or base32 after an export with --b32 (default: hex)'],
  ],
  async open(file, { algorithm: name = 'sha1', encoding = 'hex' }) {
    const algorithm = ALGORITHMS.find((known) => known === name.toUpperCase());
    if (!algorithm) throw new UsageError('--algorithm: sha1, sha256 or sha512');
    if (encoding !== 'hex' && encoding !== 'base32') throw new UsageError('--encoding: hex or base32');
    await sizeOf(file);
    return { rows: () => readOwners(file), userOf: (fields) => privacyideaUser(fields, { algorithm, encoding }) };
  },
};

/** One record for each owner, with all cells of their tokens, at the line of the first. The seeds are held in memory. */
async function* readOwners(file: string): AsyncGenerator<Row> {
  const owners = new Map<string, Row & { fields: { owner: string; tokens: string[][] } }>();
  const options = { bom: true, trim: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true };
  const parser = createReadStream(file).pipe(parse({ ...options, info: true, max_record_size: 10_000 }));
  for await (const one of parser) {
    const { record, info } = one as { record: string[]; info: { lines: number; bytes: number } };
    const [owner = '', ...cells] = record;
    // A token without an owner is a record of its own.
    const key = owner === NO_OWNER ? `${owner} ${info.lines}` : owner;
    const known = owners.get(key);
    if (known) known.fields.tokens.push(cells);
    else owners.set(key, { line: info.lines, bytes: info.bytes, raw: '', fields: { owner, tokens: [cells] } });
  }
  yield* owners.values();
}

const NO_OWNER = 'n/a';

export function privacyideaUser(
  fields: Record<string, unknown>,
  shape: { algorithm: Algorithm; encoding: 'hex' | 'base32' },
): SourceUser | LeftOut {
  const owner = textOf(fields.owner) ?? '';
  const cells = listOf(fields.tokens).map((one) => listOf(one).map(String));
  if (owner === NO_OWNER) return { left: 'NO_OWNER', login: cells[0]?.[0] ?? '' };
  // Logins may have an @ themselves; realms have none.
  const [, login] = /^(.+)@([^@]+)$/.exec(owner) ?? [];
  if (login === undefined) throw new Error('owner: not login@realm');
  return sourceUser({
    id: owner,
    username: login,
    password: { what: 'password', code: 'PASSWORD_MISSING' },
    tokens: cells.map((one) => tokenOf(one, shape)),
  });
}

function tokenOf(
  [serial = '', coded = '', kind = '', digits = '', seconds = '']: readonly string[],
  { algorithm, encoding }: { algorithm: Algorithm; encoding: 'hex' | 'base32' },
): Record<string, unknown> | Gap {
  const detail = serial.slice(0, 40);
  // From the start of its counter, codes that were used would be accepted again.
  if (kind === 'hotp') return { what: 'token', code: 'COUNTER_MISSING', detail };
  if (kind !== 'totp') return { what: 'token', code: 'KIND_UNSUPPORTED', detail };
  // As privacyIDEA writes a time step that it takes from its own default.
  const step = seconds === 'None' ? '30' : seconds;
  const secret = encoding === 'hex' ? base32Of(coded) : coded.replace(/=+$/, '').toUpperCase();
  const isWhole = secret !== undefined && /^[A-Z2-7]+$/.test(secret) && /^[68]$/.test(digits) && /^\d{2,3}$/.test(step);
  if (!isWhole) return { what: 'token', code: 'UNREADABLE', detail };
  const name = serial || 'Authenticator app';
  return { name, kind, algorithm, digits: Number(digits), periodMs: Number(step) * 1000, secret };
}

function base32Of(coded: string): string | undefined {
  try {
    return base32nopad.encode(hex.decode(coded.toLowerCase()));
  } catch {
    return undefined;
  }
}
