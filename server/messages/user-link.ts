import type { UserId } from '../kernel/ids.ts';
import { parseSecretToken, writeSecretToken } from '../kernel/secret-token.ts';

/** What a mailed link carries: its user and 192 secret bits. `usr_….<secret>`. */
export interface UserLink {
  user: UserId;
  secret: string;
}

const SECRET = /^[A-Za-z0-9_-]{32}$/;

export function writeUserLink({ user, secret }: UserLink): string {
  return writeSecretToken(user, secret);
}

export function parseUserLink(text: unknown): UserLink | undefined {
  const token = parseSecretToken('usr', text, SECRET);
  return token && { user: token.id, secret: token.secret };
}
