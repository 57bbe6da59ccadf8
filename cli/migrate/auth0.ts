import { UsageError } from '../connection/service.ts';
import { readRows, sizeOf } from '../transfer/rows.ts';
import { listOf, nameOf, objectOf, textOf } from './fields.ts';
import { sourceUser } from './source-user.ts';
import type { Gap, LeftOut, SourceUser, System } from './system.ts';

/** A bcrypt hash of the export that Auth0's support makes; undefined if several users have its id. */
type Hashes = ReadonlyMap<string, { text: string; email: string | undefined } | undefined>;

/**
 * Auth0, as of 2025: the JSON Lines of a users-exports job (Management API v2), and those of the password export, which
 * its support makes on request.
 */
export const auth0: System = {
  name: 'auth0',
  description: 'users and password hashes from exports of Auth0',
  options: [['--passwords <file>', 'the export of password hashes that Auth0 support provides']],
  async open(file, { passwords }) {
    const hashes = passwords === undefined ? new Map() : await readHashes(passwords);
    return { rows: () => readRows(file, 'jsonl'), userOf: (fields) => auth0User(fields, hashes) };
  },
};

function auth0User(fields: Record<string, unknown>, hashes: Hashes): SourceUser | LeftOut {
  const id = textOf(fields.user_id);
  if (id === undefined) throw new Error('user_id: missing');
  const email = textOf(fields.email);
  return sourceUser({
    id,
    username: textOf(fields.username),
    email,
    isEmailVerified: fields.email_verified === true,
    phone: textOf(fields.phone_number),
    isPhoneVerified: fields.phone_verified === true,
    firstName: nameOf(fields.given_name),
    secondName: nameOf(fields.family_name),
    blocked: fields.blocked === true,
    password: hashOf(id, email, hashes),
    tokens: listOf(fields.multifactor).length > 0 ? [{ what: 'token', code: 'SEED_MISSING' }] : [],
  });
}

function hashOf(id: string, email: string | undefined, hashes: Hashes): Record<string, unknown> | Gap {
  // The id in the password export has no connection in front; only users of a database have a password.
  const [, own] = /^auth0\|(.+)$/.exec(id) ?? [];
  if (own === undefined || !hashes.has(own)) return { what: 'password', code: 'PASSWORD_MISSING' };
  const found = hashes.get(own);
  // Ids of one's own may exist in several databases: the hash of a namesake would open this account.
  const isTheirs = found && (found.email === undefined || found.email.toLowerCase() === email?.toLowerCase());
  return isTheirs ? { format: 'text', text: found.text } : { what: 'password', code: 'HASH_AMBIGUOUS' };
}

async function readHashes(file: string): Promise<Hashes> {
  await sizeOf(file);
  const hashes = new Map<string, { text: string; email: string | undefined } | undefined>();
  for await (const { line, fields = {} } of readRows(file, 'jsonl')) {
    // Users with an id of their own have it as alt_id.
    const id = textOf(fields.alt_id) ?? textOf(objectOf(fields._id).$oid);
    const text = textOf(fields.passwordHash);
    if (id === undefined || text === undefined) throw new UsageError(`${file}:${line}: not a password hash of Auth0`);
    hashes.set(id, hashes.has(id) ? undefined : { text, email: emailIn(fields) });
  }
  return hashes;
}

/** Newer exports have it among the identifiers alone. */
function emailIn(fields: Record<string, unknown>): string | undefined {
  const identifiers = listOf(fields.identifiers).map(objectOf);
  return textOf(fields.email) ?? textOf(identifiers.find(({ type }) => type === 'email')?.value);
}
