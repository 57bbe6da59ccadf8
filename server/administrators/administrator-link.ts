import { type AccountId, type AdministratorId, parseId } from '../kernel/ids.ts';
import { DAY_MS, MINUTE_MS } from '../kernel/time.ts';

export const INVITATION_LIFETIME_MS = 7 * DAY_MS;
export const RECOVERY_LIFETIME_MS = DAY_MS;
export const SETUP_LIFETIME_MS = DAY_MS;
export const CONFIRMATION_LIFETIME_MS = 15 * MINUTE_MS;
/** Wrong confirmation codes after which the link (or the change of address) is void. */
export const CONFIRMATION_ATTEMPTS = 5;

/** The one link that an administrator has: into the account at first, or back into it. Making another replaces it. */
export interface AdministratorLink {
  kind: 'invitation' | 'recovery';
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** Of the code that is typed beside the link; a recovery, which the operator hands over, has none. */
  confirmation?: Confirmation;
  /** Of an operator's invitation: whoever accepts becomes superuser, if the account has none. */
  superuser?: true;
  createdAt: number;
  expiresAt: number;
}

export interface Confirmation {
  /** A MAC: the code is short. */
  mac: string;
  attemptsLeft: number;
}

/** The link by which the first account of an installation is made. Only while there is none. */
export interface SetupLink {
  secretHash: string;
  /** What the secret is derived from, with a key that every process of the installation has. */
  madeWith: string;
  expiresAt: number;
}

/** An address that waits to be confirmed by the code sent to it. */
export interface EmailChange {
  email: string;
  confirmation: Confirmation;
  expiresAt: number;
}

/** Counts a wrong code; undefined when that was the last attempt. */
export function countWrongConfirmation(confirmation: Confirmation): Confirmation | undefined {
  const attemptsLeft = confirmation.attemptsLeft - 1;
  return attemptsLeft > 0 ? { ...confirmation, attemptsLeft } : undefined;
}

/** What a link carries: whose it is, and 192 secret bits. */
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
