import { type CallOptions, itemPath, unexpected } from './collection.ts';
import type { Transport } from './transport.ts';

/** A browser in which a user needs the password alone. */
export interface TrustedBrowser {
  id: string;
  resource: string;
  createdAt: number;
  usedAt: number;
  /** When the trust ends at the latest. */
  expiresAt: number;
  /** From where it was trusted. */
  address?: string;
  userAgent?: string;
  /** Families, such as `firefox` and `linux`. */
  browser?: string;
  platform?: string;
}

export interface TrustedBrowsers {
  browsers: TrustedBrowser[];
}

export async function trustedBrowsersOf(
  send: Transport,
  id: string,
  { signal }: CallOptions = {},
): Promise<TrustedBrowsers> {
  const path = `${itemPath('/users', id)}/trusted-browsers`;
  const answer = await send({ method: 'GET', path, kind: 'read', signal });
  if (!Array.isArray(answer?.browsers)) throw unexpected('trusted browsers');
  return answer as unknown as TrustedBrowsers;
}

export async function endBrowserTrust(
  send: Transport,
  id: string,
  { browser, signal }: { browser?: string } & CallOptions = {},
): Promise<void> {
  const path = `${itemPath('/users', id)}/trusted-browsers`;
  await send({ method: 'DELETE', path, query: { browser }, kind: 'once', signal });
}
