import { createHash } from 'node:crypto';
import type { User } from '../users/user.ts';

/**
 * Identifies a user's current password for a sign-in that is under way. A plain hash is enough: its input is the salted
 * argon2id text, never a password.
 */
export function passwordDigest(user: Pick<User, 'passwordHash'>): string {
  return createHash('sha256')
    .update(user.passwordHash ?? '')
    .digest('base64url');
}
