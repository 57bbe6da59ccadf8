import { canonicalAddress, rateKey } from '../kernel/addresses.ts';
import type { AccountId, TrustedBrowserId, UserId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports, ReadPorts, SecretPorts } from '../kernel/ports/ports.ts';
import type { DocumentKey, DocumentReader } from '../kernel/ports/store.ts';
import { transact } from '../store/transact.ts';
import { passwordAttemptsDocument } from './documents.ts';
import {
  addNetwork,
  attemptsAsOf,
  attemptsExpireAt,
  attemptsOn,
  hasCompletedFrom,
  isCappedFrom,
  isKnownNetwork,
  type PasswordAttempts,
} from './password-backoff.ts';
import { passwordDigest } from './password-digest.ts';

/** A typed name, of a user or of an administrator: the two have separate counters. */
export interface TypedName {
  kind: 'user' | 'administrator';
  account: AccountId;
  /** As typed. */
  name: string;
}

/**
 * An attempt is counted twice. The visible wait depends on the name alone, known or unknown, so that no name reveals
 * the other names of its user (SR-17). The evaluation depends on the user, so that many names get no more guesses than
 * one (SR-2).
 */
export interface PasswordCounters {
  name: DocumentKey<PasswordAttempts>;
  user: DocumentKey<PasswordAttempts>;
  /** Where the attempt counts: a known network, else the trusted browser that was shown, else all other networks. */
  place: string | undefined;
  /** The network of the attempt; undefined: unknown. */
  network: string | undefined;
  /** The place is a trusted browser, which counts apart even if it was not used yet. */
  isBrowser: boolean;
  /** The user's counter was last changed before the clock was set back. */
  isAhead: boolean;
}

/** The documents that `countersOf` names, whether or not the network is known. */
export function counterKeys(
  ports: Pick<Ports, 'secrets'>,
  typed: TypedName,
  subject: string,
  address: string | undefined,
): DocumentKey<PasswordAttempts>[] {
  const place = placeOf(ports, subject, address);
  const names = (place === undefined ? [null] : [null, place]).map((familiar) => nameKey(ports, typed, familiar));
  return [passwordAttemptsDocument.key(subject), ...names];
}

/** For an unknown name one of 256 decoy records replaces the user's counter; its content is ignored. */
export function userSubject(ports: Pick<Ports, 'random'>, id: string | undefined): string {
  return id ?? `unknown/${anyRecord(ports)}`;
}

/**
 * The counters of an attempt. A name has one for each known network and trusted browser of its user, and one for all
 * others (SR-49).
 *
 * @param browser the trusted browser of this user whose secret was shown
 */
export async function countersOf(
  ports: Pick<Ports, 'clock' | 'secrets'> & { store: DocumentReader },
  typed: TypedName,
  subject: string,
  address: string | undefined,
  browser?: TrustedBrowserId,
): Promise<PasswordCounters> {
  const user = passwordAttemptsDocument.key(subject);
  const network = placeOf(ports, subject, address);
  const now = ports.clock.now();
  const [attempts] = await ports.store.getMany([user], now);
  const isKnown = isKnownNetwork(attempts?.value, network, now);
  const isBrowser = !isKnown && browser !== undefined;
  const place = isBrowser ? textMac(ports, 'familiar-browser', [subject, browser]) : network;
  const isAhead = attempts !== undefined && attemptsAsOf(attempts.value, now) !== attempts.value;
  const name = nameKey(ports, typed, isKnown || isBrowser ? (place ?? null) : null);
  return { name, user, place, network, isBrowser, isAhead };
}

/** The network of an attempt if the user is known from there. Reads as much for an unknown user. */
export async function readKnownNetwork(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  subject: string,
  address: string | undefined,
): Promise<string | undefined> {
  const now = ports.clock.now();
  const [attempts] = await ports.store.getMany([passwordAttemptsDocument.key(subject)], now);
  const place = placeOf(ports, subject, address);
  return isKnownNetwork(attempts?.value, place, now) ? place : undefined;
}

/** Whether the user has completed a sign-in with two factors from this network. */
export async function hasCompletedSignInFrom(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  subject: string,
  address: string | undefined,
): Promise<boolean> {
  const now = ports.clock.now();
  const [attempts] = await ports.store.getMany([passwordAttemptsDocument.key(subject)], now);
  return hasCompletedFrom(attempts?.value, placeOf(ports, subject, address), now);
}

/** Whether a user's password is no longer evaluated outside the networks where they have signed in. */
export async function isPasswordLocked(
  ports: ReadPorts,
  user: { id: UserId; passwordHash?: string; credentialEpoch?: number },
): Promise<boolean> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([passwordAttemptsDocument.key(user.id)], now);
  return isCappedFrom(attemptsOn(stored?.value, passwordDigest(user)), undefined, now);
}

/**
 * Makes the network of a sign-in known: without a password, when its first factor is right, and with two factors, when
 * it has ended.
 */
export async function recordNetwork(
  ports: SecretPorts,
  subject: string,
  address: string | undefined,
  add = addNetwork,
): Promise<void> {
  const place = placeOf(ports, subject, address);
  if (place === undefined) return;
  const key = passwordAttemptsDocument.key(subject);
  await transact(ports, key.anchor, [key], ([stored], now) => {
    const value = add(stored?.value, place, now);
    return { answer: undefined, write: { put: [{ key, value, expiresAt: attemptsExpireAt(value, now) }] } };
  });
}

function nameKey(
  ports: Pick<Ports, 'secrets'>,
  { kind, account, name }: TypedName,
  familiar: string | null,
): DocumentKey<PasswordAttempts> {
  const mac = textMac(ports, 'typed-name', [kind, account, normaliseName(name), familiar]);
  return passwordAttemptsDocument.key(`name/${mac}`);
}

/** A MAC of subject and address (IPv6: its /64); undefined without an address. */
function placeOf(ports: Pick<Ports, 'secrets'>, subject: string, address: string | undefined): string | undefined {
  if (address === undefined || canonicalAddress(address) === undefined) return undefined;
  return textMac(ports, 'familiar-place', [subject, rateKey(address)]);
}

function textMac({ secrets }: Pick<Ports, 'secrets'>, purpose: string, parts: readonly (string | null)[]): string {
  return Buffer.from(secrets.mac(purpose, JSON.stringify(parts))).toString('base64url');
}

/** How many records stand in for those of users and tokens. One random byte picks one. */
export const DECOY_RECORD_COUNT = 256;

export function anyRecord(ports: Pick<Ports, 'random'>): number {
  return ports.random.bytes(1)[0] ?? 0;
}
