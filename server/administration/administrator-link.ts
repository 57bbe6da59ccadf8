import { type AccountId, type AdministratorId, parseId } from '../kernel/ids.ts';
import { DAY_MS } from '../kernel/time.ts';
import type { Confirmation } from '../messages/confirmation.ts';

export const INVITATION_LIFETIME_MS = 7 * DAY_MS;
export const RECOVERY_LIFETIME_MS = DAY_MS;
export const SETUP_LIFETIME_MS = DAY_MS;

/** The one link of an administrator: an invitation or a recovery. A new link replaces it. */
export interface AdministratorLink {
  kind: 'invitation' | 'recovery';
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** The code that is typed beside the link. A recovery link has none: the operator hands it over. */
  confirmation?: Confirmation;
  /** In an operator's invitation: the administrator who accepts becomes superuser if the account has none. */
  superuser?: true;
  createdAt: number;
  expiresAt: number;
}

/** The link that creates the first account of an installation. It exists only while there is no account. */
export interface SetupLink {
  secretHash: string;
  /** Input of the secret's derivation. Every process of the installation has the key. */
  madeWith: string;
  expiresAt: number;
}

/** The one reset link of an administrator; a new request replaces it. */
export interface AdministratorReset {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** The address that it was mailed to. */
  email: string;
  /** Digest of the password at the request: a password that was changed since needs no reset. */
  passwordDigest: string;
  expiresAt: number;
}

/** A new address that is not confirmed yet. */
export interface EmailChange {
  email: string;
  confirmation: Confirmation;
  expiresAt: number;
}

/** The contents of a link: its administrator and a secret of 192 bits. */
export interface LinkText {
  account: AccountId;
  administrator: AdministratorId;
  secret: string;
}

const SHAPE = /^([0-9a-z]{11})\.([0-9a-z]{11})\.([A-Za-z0-9_-]{32})$/;

export function parseLink(text: string): LinkText | undefined {
  const match = SHAPE.exec(text);
  const account = parseId('acc', `acc_${match?.[1]}`);
  const administrator = parseId('adm', `adm_${match?.[2]}`);
  const secret = match?.[3];
  return account && administrator && secret ? { account, administrator, secret } : undefined;
}

export function writeLink({ account, administrator, secret }: LinkText): string {
  return `${account.slice(4)}.${administrator.slice(4)}.${secret}`;
}
