import { parseId, type UserId } from '../kernel/ids.ts';

/** What a mailed link carries: whose it is, and 192 secret bits. `usr_….<secret>`. */
export interface UserLink {
  user: UserId;
  secret: string;
}

const SECRET = /^[A-Za-z0-9_-]{32}$/;

export function writeUserLink({ user, secret }: UserLink): string {
  return `${user}.${secret}`;
}

export function parseUserLink(text: unknown): UserLink | undefined {
  if (typeof text !== 'string') return undefined;
  const dot = text.indexOf('.');
  const user = parseId('usr', text.slice(0, Math.max(dot, 0)));
  const secret = text.slice(dot + 1);
  return user && SECRET.test(secret) ? { user, secret } : undefined;
}
