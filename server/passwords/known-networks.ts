import { DAY_MS } from '../kernel/time.ts';
import type { KnownNetwork, PasswordAttempts, WrongPasswords } from '../users/user.ts';
import { countWrongPassword, notAhead, passwordWaitUntil } from './password-backoff.ts';

/**
 * Wrong passwords are counted apart for the places where a person has signed in. Whoever guesses elsewhere without pause
 * runs into waits of their own making, and the person does not (SR-49). All other places share one count, so that many
 * of them make no more guesses than one.
 *
 * A place is a MAC over person and address; what it stands for is the caller's business.
 */

/** A place is familiar for so long after the last sign-in there. */
export const KNOWN_NETWORK_TTL_MS = 90 * DAY_MS;
/** With one more, the one not used for longest is forgotten. */
export const MAX_KNOWN_NETWORKS = 8;
/** Wrong passwords are forgotten a day after the last one; the longest wait is a minute. */
export const WRONG_PASSWORDS_TTL_MS = DAY_MS;

/** All counts as this clock sees them, see {@link notAhead}; the same object where nothing lies ahead. */
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

/** Until when no attempt from there is evaluated; 0 when none has to wait. */
export function waitUntilFrom(attempts: PasswordAttempts | undefined, place: string | undefined, now: number): number {
  const waitUntil = passwordWaitUntil(wrongPasswordsFrom(attempts && attemptsAsOf(attempts, now), place, now));
  return waitUntil > now ? waitUntil : 0;
}

/** Counts an attempt from there as wrong, unless those before it have brought a wait; then until when. */
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

/** Whether the person has signed in there, and not too long ago. */
export function isKnownNetwork(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): place is string {
  return familiar(attempts, place, now) !== undefined;
}

/** One wrong password more, from there. */
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

/** The right password, from there: its wrong ones are forgiven, and the place is familiar. Undefined: nothing is left. */
export function forgiveFrom(
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
  // What strangers did is theirs: it is forgiven only to somebody who was one of them.
  const { failures, lastFailureAt } = known && attempts ? attempts : { failures: 0, lastFailureAt: 0 };
  return { failures, lastFailureAt, places };
}

/** When none of it means anything any more. */
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
