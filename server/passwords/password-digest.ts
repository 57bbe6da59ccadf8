import { createHash } from 'node:crypto';

/**
 * Identifies the current password, and the user's credential epoch, for a sign-in that is under way. A plain hash is
 * enough: its input is the salted argon2id text, never a password.
 */
export function passwordDigest(user: { passwordHash?: string; credentialEpoch?: number }): string {
  const { passwordHash = '', credentialEpoch = 0 } = user;
  return createHash('sha256')
    .update(credentialEpoch === 0 ? passwordHash : `${passwordHash} ${credentialEpoch}`)
    .digest('base64url');
}
