import { DAY_MS } from '../kernel/time.ts';

import { countWrongPassword, notAhead, passwordWaitUntil, type WrongPasswords } from './password-backoff.ts';

/**
 * Wrong passwords are counted apart for the networks where a user has signed in. An attacker who guesses from elsewhere
 * runs into their own waits, and the user does not (SR-49). All other networks share one counter, so that many of them
 * get no more guesses than one.
 *
 * A network is a MAC over user and address; the caller decides what it stands for.
 */

/** How long a network stays known after the last sign-in there. */
export const KNOWN_NETWORK_TTL_MS = 90 * DAY_MS;
/** One more replaces the one that was not used for longest. */
export const MAX_KNOWN_NETWORKS = 8;
/** Wrong passwords are forgotten a day after the last one; the longest wait is a minute. */
export const WRONG_PASSWORDS_TTL_MS = DAY_MS;

/** All counts by this clock, see {@link notAhead}; the same object if no time lies ahead. */
export function attemptsAsOf(attempts: PasswordAttempts, now: number): PasswordAttempts {
  const isAhead = [attempts, ...placesOf(attempts)].some(({ lastFailureAt }) => lastFailureAt > now);
  if (!isAhead) return attempts;
  const { places, ...elsewhere } = notAhead(attempts, now);
  return { ...elsewhere, ...(places && { places: places.map((place) => notAhead(place, now)) }) };
}

/** The wrong passwords that count for an attempt from there. */
export function wrongPasswordsFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): WrongPasswords | undefined {
  const counted = attempts && (familiar(attempts, place, now) ?? attempts);
  return counted && now - counted.lastFailureAt < WRONG_PASSWORDS_TTL_MS ? counted : undefined;
}

/** When the wait of an attempt from there ends; 0 if there is none. */
export function waitUntilFrom(attempts: PasswordAttempts | undefined, place: string | undefined, now: number): number {
  const waitUntil = passwordWaitUntil(wrongPasswordsFrom(attempts && attemptsAsOf(attempts, now), place, now));
  return waitUntil > now ? waitUntil : 0;
}

/** Counts an attempt from there as wrong, or returns when the wait of earlier ones ends. */
export function countAttemptFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): { attempts: PasswordAttempts; waitUntil: number } {
  const known = attempts && attemptsAsOf(attempts, now);
  const waitUntil = waitUntilFrom(known, place, now);
  if (known && waitUntil > 0) return { attempts: known, waitUntil };
  return { attempts: countWrongFrom(known, place, now), waitUntil: 0 };
}

/** True if the user signed in there recently enough. */
export function isKnownNetwork(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): place is string {
  return familiar(attempts, place, now) !== undefined;
}

/** Counts one more wrong password from there. */
export function countWrongFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): PasswordAttempts {
  const counted = countWrongPassword(wrongPasswordsFrom(attempts, place, now), now);
  const known = attempts && familiar(attempts, place, now);
  if (!attempts || !known) return { ...counted, ...(attempts?.places && { places: attempts.places }) };
  return { ...attempts, places: placesOf(attempts).map((one) => (one === known ? { ...one, ...counted } : one)) };
}

/**
 * Resets the failures of this network after a right password, and makes the network known. Undefined: no record is
 * left.
 */
export function resetFailuresFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): PasswordAttempts | undefined {
  const known = attempts && familiar(attempts, place, now);
  const others = placesOf(attempts).filter((one) => one.place !== place && isFresh(one, now));
  const places = [
    ...(place === undefined ? [] : [{ place, signedInAt: now, failures: 0, lastFailureAt: 0 }]),
    ...others,
  ].slice(0, MAX_KNOWN_NETWORKS);
  if (places.length === 0) return undefined;
  // The failures from unknown networks are reset only by a sign-in from an unknown network.
  const { failures, lastFailureAt } = known && attempts ? attempts : { failures: 0, lastFailureAt: 0 };
  return { failures, lastFailureAt, places };
}

/** When the whole record expires. */
export function attemptsExpireAt(attempts: PasswordAttempts, now: number): number {
  const familiarUntil = placesOf(attempts).map(({ signedInAt }) => signedInAt + KNOWN_NETWORK_TTL_MS);
  return Math.max(now + WRONG_PASSWORDS_TTL_MS, ...familiarUntil);
}

function familiar(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): KnownNetwork | undefined {
  return placesOf(attempts).find((one) => one.place === place && isFresh(one, now));
}

function isFresh({ signedInAt }: KnownNetwork, now: number): boolean {
  return now - signedInAt < KNOWN_NETWORK_TTL_MS;
}

function placesOf(attempts: PasswordAttempts | undefined): readonly KnownNetwork[] {
  return attempts?.places ?? [];
}

/**
 * Wrong passwords of one user, whatever the name used, or of one name, known or not.
 *
 * Networks where the user has signed in have counters of their own; all other networks share one.
 */
export interface PasswordAttempts extends WrongPasswords {
  /** Newest first. */
  places?: KnownNetwork[];
}

export interface KnownNetwork extends WrongPasswords {
  /** A MAC of user and address, so that the store keeps no addresses of users. */
  place: string;
  signedInAt: number;
}
