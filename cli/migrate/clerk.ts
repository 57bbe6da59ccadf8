import { UsageError } from '../connection/service.ts';
import { columnsOf, readRows, sizeOf } from '../transfer/rows.ts';
import { nameOf, textOf } from './fields.ts';
import { sourceUser } from './source-user.ts';
import type { Gap, LeftOut, SourceUser, System } from './system.ts';

/** Columns without which the file is another export, and the passwords would seem to be missing. */
const NEEDED = ['id', 'primary_email_address', 'verified_email_addresses', 'password_digest', 'password_hasher'];

/** Clerk, as of 2026: the CSV file of "User exports" in the dashboard. Only this export holds digests and seeds. */
export const clerk: System = {
  name: 'clerk',
  description: 'users, password hashes and one-time codes from the user export of Clerk',
  options: [],
  async open(file) {
    await sizeOf(file);
    const columns = await columnsOf(file);
    const missing = NEEDED.filter((name) => !columns.includes(name));
    if (missing.length > 0) throw new UsageError(`${file} has no column ${missing[0]}: export it in the dashboard`);
    return { rows: () => readRows(file, 'csv'), userOf: clerkUser };
  },
};

function clerkUser(fields: Record<string, unknown>): SourceUser | LeftOut {
  const id = textOf(fields.id);
  if (id === undefined) throw new Error('id: missing');
  const [email, phone] = [textOf(fields.primary_email_address), textOf(fields.primary_phone_number)];
  return sourceUser({
    id,
    username: textOf(fields.username),
    email,
    isEmailVerified: isIn(email, fields.verified_email_addresses),
    phone,
    isPhoneVerified: isIn(phone, fields.verified_phone_numbers),
    firstName: nameOf(fields.first_name),
    secondName: nameOf(fields.last_name),
    password: hashOf(fields),
    tokens: tokensOf(fields.totp_secret),
  });
}

/** A list in one cell. */
function isIn(value: string | undefined, list: unknown): boolean {
  return value !== undefined && (textOf(list) ?? '').split(/[\s|,;]+/).includes(value);
}

/** Clerk keeps the hashes of systems that users came from. */
function hashOf(fields: Record<string, unknown>): Record<string, unknown> | Gap {
  const [text, hasher] = [textOf(fields.password_digest), textOf(fields.password_hasher)];
  if (text === undefined) return { what: 'password', code: 'PASSWORD_MISSING' };
  const isSelfDescribing = hasher === 'bcrypt' || /^argon2id?$/.test(hasher ?? '');
  return isSelfDescribing
    ? { format: 'text', text }
    : { what: 'password', code: 'HASH_UNSUPPORTED', detail: hasher?.slice(0, 40) };
}

/** Clerk's apps have six digits, 30 seconds and SHA-1. */
function tokensOf(value: unknown): (Record<string, unknown> | Gap)[] {
  const secret = textOf(value)?.replace(/[\s=]/g, '').toUpperCase();
  if (secret === undefined) return [];
  if (!/^[A-Z2-7]{16,}$/.test(secret)) return [{ what: 'token', code: 'UNREADABLE' }];
  return [{ name: 'Authenticator app', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000, secret }];
}
