import { createHash } from 'node:crypto';

/**
 * Identifies the current password for a sign-in that is under way. A plain hash is enough: its input is the salted
 * argon2id text, never a password.
 */
export function passwordDigest(user: { passwordHash?: string }): string {
  return createHash('sha256')
    .update(user.passwordHash ?? '')
    .digest('base64url');
}
