import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { UsageError } from '../connection/service.ts';
import { columnsOf, readRows, sizeOf } from '../transfer/rows.ts';
import { nameOf, textOf } from './fields.ts';
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

export function clerkUser(fields: Record<string, unknown>): SourceUser | LeftOut {
  const id = textOf(fields.id);
  if (id === undefined) throw new Error('id: missing');
  const [email, phone] = [textOf(fields.primary_email_address), textOf(fields.primary_phone_number)];
  const isVerified = isIn(email, fields.verified_email_addresses);
  const isPhoneVerified = isIn(phone, fields.verified_phone_numbers);
  const login = textOf(fields.username) ?? email ?? (isPhoneVerified ? phone : undefined);
  if (login === undefined) return { left: 'NO_NAME', login: id };
  const [password, token] = [hashOf(fields), tokenOf(fields.totp_secret)];
  const gaps = [password, token].filter((found): found is Gap => found !== undefined && 'what' in found);
  if (phone !== undefined && !isPhoneVerified) gaps.push({ what: 'phone', code: 'PHONE_UNVERIFIED' });
  return {
    row: {
      login,
      ...omitUndefined({
        email: isVerified ? email : undefined,
        phone: isPhoneVerified ? phone : undefined,
        firstName: nameOf(fields.first_name),
        secondName: nameOf(fields.last_name),
        externalId: id,
        passwordHash: 'what' in password ? undefined : { format: 'text', text: password.text },
      }),
    },
    blocked: false,
    unverifiedEmail: isVerified ? undefined : email,
    tokens: token && !('what' in token) ? [token] : [],
    gaps,
  };
}

/** A list in one cell. */
function isIn(value: string | undefined, list: unknown): boolean {
  return value !== undefined && (textOf(list) ?? '').split(/[\s|,;]+/).includes(value);
}

/** Clerk keeps the hashes of systems that users came from. */
function hashOf(fields: Record<string, unknown>): { text: string } | Gap {
  const [text, hasher] = [textOf(fields.password_digest), textOf(fields.password_hasher)];
  if (text === undefined) return { what: 'password', code: 'PASSWORD_MISSING' };
  const isSelfDescribing = hasher === 'bcrypt' || /^argon2id?$/.test(hasher ?? '');
  return isSelfDescribing ? { text } : { what: 'password', code: 'HASH_UNSUPPORTED', detail: hasher?.slice(0, 40) };
}

/** Clerk's apps have six digits, 30 seconds and SHA-1. */
function tokenOf(value: unknown): Record<string, unknown> | Gap | undefined {
  const secret = textOf(value)?.replace(/[\s=]/g, '').toUpperCase();
  if (secret === undefined) return undefined;
  if (!/^[A-Z2-7]{16,}$/.test(secret)) return { what: 'token', code: 'UNREADABLE' };
  return { name: 'Authenticator app', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000, secret };
}
