import { createHash } from 'node:crypto';
import type { User } from '../users/user.ts';

/**
 * Tells one password of a person from the next, for a sign-in that is under way. A plain hash is enough: what it hashes
 * is argon2id's own salted text, never a password.
 */
export function passwordDigest(user: Pick<User, 'passwordHash'>): string {
  return createHash('sha256')
    .update(user.passwordHash ?? '')
    .digest('base64url');
}
