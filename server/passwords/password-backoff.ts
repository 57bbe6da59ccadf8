import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { DAY_MS, MINUTE_MS } from '../kernel/time.ts';

export interface WrongPasswords {
  /** Consecutive failures, forgotten a day after the last one. */
  failures: number;
  lastFailureAt: number;
  /** Consecutive failures of the current password, not forgotten; of a user alone. */
  inRow?: number;
}

/**
 * Wrong passwords of one user, whatever the name used, or of one name, known or not.
 *
 * Networks where the user has signed in have counters of their own; all other networks share one.
 */
export interface PasswordAttempts extends WrongPasswords {
  /** Newest first. */
  places?: KnownNetwork[];
  /** Digest of the password and the credential epoch for which failures in a row are counted. */
  credential?: string;
}

interface KnownNetwork extends WrongPasswords {
  /** A MAC of user and address, so that the store keeps no addresses of users. */
  place: string;
  signedInAt: number;
  /** When a sign-in with a password and another factor last ended there. Absent: none yet. */
  completedAt?: number;
}

/** Wrong passwords without a wait, because users mistype. The operator may set another number. */
export const FREE_PASSWORD_FAILURES = 5;
/** Wait after the first failure beyond the free ones; doubles with each further one. */
const FIRST_PASSWORD_WAIT_MS = 1_000;
/** The longest wait. The user can try again this long after the last wrong password, no matter who sent it. */
export const MAX_PASSWORD_WAIT_MS = MINUTE_MS;

/** So many failures in a row end the evaluation of a password from there (NIST SP 800-63B-4, 3.2.2). */
export const MAX_FAILURES_IN_A_ROW = 100;
/** How long failures in a row are retained after the last one: no wait of an attacker starts them again. */
export const FAILURES_IN_A_ROW_TTL_MS = 3_650 * DAY_MS;

/** The attempts on this credential: another password, or a raised epoch, starts failures in a row again. */
export function attemptsOn(attempts: PasswordAttempts | undefined, credential: string): PasswordAttempts | undefined {
  return attempts && attempts.credential !== credential ? endRows(attempts) : attempts;
}

function endRows({ inRow: _elsewhere, places, ...rest }: PasswordAttempts): PasswordAttempts {
  return { ...rest, ...(places && { places: places.map(({ inRow: _there, ...place }) => place) }) };
}

/** Whether a password is no longer evaluated from there. */
export function isCappedFrom(attempts: PasswordAttempts | undefined, place: string | undefined, now: number): boolean {
  const counted = attempts && (knownNetwork(attempts, place, now) ?? attempts);
  return (counted?.inRow ?? 0) >= MAX_FAILURES_IN_A_ROW;
}

/**
 * Counts an attempt on a user's password from there as wrong, unless it is not evaluated: because of a wait, or after too
 * many failures in a row. A failure in a known network counts there alone, so that an attacker elsewhere does not keep the
 * user out there (SR-49).
 */
export function countCappedFrom(
  stored: PasswordAttempts | undefined,
  place: string | undefined,
  credential: string,
  now: number,
  free?: number,
): { attempts: PasswordAttempts; isBarred: boolean; isCapReached: boolean } {
  const known = attemptsOn(stored, credential);
  const isCapped = isCappedFrom(known, place, now);
  const { attempts, waitUntil } = countAttemptFrom(known, place, now, free);
  if (isCapped || waitUntil > 0) return { attempts, isBarred: true, isCapReached: false };
  const there = known && knownNetwork(known, place, now);
  const inRow = ((there ?? known)?.inRow ?? 0) + 1;
  const counted = there
    ? { ...attempts, places: networksOf(attempts).map((one) => (one.place === place ? { ...one, inRow } : one)) }
    : { ...attempts, inRow };
  return { attempts: { ...counted, credential }, isBarred: false, isCapReached: inRow === MAX_FAILURES_IN_A_ROW };
}

/** Counts a wrong password. {@link countWrongFrom} decides to which counter it belongs. */
export function countWrongPassword(attempts: WrongPasswords | undefined, now: number): WrongPasswords {
  return {
    failures: (attempts?.failures ?? 0) + 1,
    // A clock set back must not shorten a wait that is already running.
    lastFailureAt: Math.max(attempts?.lastFailureAt ?? 0, now),
  };
}

/**
 * The count by this clock. A last failure that lies ahead was counted before the clock was set back; it counts as one
 * of now, so that no wait exceeds the longest one, and none gets shorter (SR-63).
 */
export function notAhead<W extends WrongPasswords>(attempts: W, now: number): W {
  return attempts.lastFailureAt > now ? { ...attempts, lastFailureAt: now } : attempts;
}

/** When the wait ends, in milliseconds since the epoch; 0 if there is none. */
export function passwordWaitUntil(attempts: WrongPasswords | undefined, free = FREE_PASSWORD_FAILURES): number {
  if (attempts === undefined || attempts.failures <= free) return 0;
  const doublings = attempts.failures - free - 1;
  return attempts.lastFailureAt + Math.min(FIRST_PASSWORD_WAIT_MS * 2 ** doublings, MAX_PASSWORD_WAIT_MS);
}

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
  const isAhead = [attempts, ...networksOf(attempts)].some(({ lastFailureAt }) => lastFailureAt > now);
  if (!isAhead) return attempts;
  const { places, ...elsewhere } = notAhead(attempts, now);
  return { ...elsewhere, ...omitUndefined({ places: places?.map((place) => notAhead(place, now)) }) };
}

/** The wrong passwords that count for an attempt from there. */
export function wrongPasswordsFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): WrongPasswords | undefined {
  const counted = attempts && (knownNetwork(attempts, place, now) ?? attempts);
  return counted && now - counted.lastFailureAt < WRONG_PASSWORDS_TTL_MS ? counted : undefined;
}

/** When the wait of an attempt from there ends; 0 if there is none. */
export function waitUntilFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
  free?: number,
): number {
  const waitUntil = passwordWaitUntil(wrongPasswordsFrom(attempts && attemptsAsOf(attempts, now), place, now), free);
  return waitUntil > now ? waitUntil : 0;
}

/** Counts an attempt from there as wrong, or returns when the wait of earlier ones ends. */
export function countAttemptFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
  free?: number,
): { attempts: PasswordAttempts; waitUntil: number } {
  const known = attempts && attemptsAsOf(attempts, now);
  const waitUntil = waitUntilFrom(known, place, now, free);
  if (known && waitUntil > 0) return { attempts: known, waitUntil };
  return { attempts: countWrongFrom(known, place, now), waitUntil: 0 };
}

/** True if the user signed in there recently enough. */
export function isKnownNetwork(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): place is string {
  return knownNetwork(attempts, place, now) !== undefined;
}

/** The same if a sign-in with two factors has ended there: a right password alone makes a network known. */
export function hasCompletedFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): boolean {
  return knownNetwork(attempts, place, now)?.completedAt !== undefined;
}

/** Notes that a sign-in with two factors has ended there. */
export function addCompleted(attempts: PasswordAttempts | undefined, place: string, now: number): PasswordAttempts {
  const added = addNetwork(attempts, place, now);
  return {
    ...added,
    places: networksOf(added).map((one) => (one.place === place ? { ...one, completedAt: now } : one)),
  };
}

/** Counts one more wrong password from there. */
export function countWrongFrom(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): PasswordAttempts {
  const counted = countWrongPassword(wrongPasswordsFrom(attempts, place, now), now);
  const known = attempts && knownNetwork(attempts, place, now);
  const { inRow, credential, places: networks } = attempts ?? {};
  if (!attempts || !known) return { ...counted, ...omitUndefined({ inRow, credential, places: networks }) };
  return { ...attempts, places: networksOf(attempts).map((one) => (one === known ? { ...one, ...counted } : one)) };
}

/**
 * Resets the failures of this network after a right password, and makes the network known. Failures anywhere are no longer
 * in a row. Undefined: no record is left.
 */
export function resetFailuresFrom(
  stored: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): PasswordAttempts | undefined {
  const attempts = stored && endRows(stored);
  const known = attempts && knownNetwork(attempts, place, now);
  const others = networksOf(attempts).filter((one) => one.place !== place && isFresh(one, now));
  const places = [
    ...(place === undefined ? [] : [{ ...known, place, signedInAt: now, failures: 0, lastFailureAt: 0 }]),
    ...others,
  ].slice(0, MAX_KNOWN_NETWORKS);
  if (places.length === 0) return undefined;
  // The failures from unknown networks are reset only by a sign-in from an unknown network.
  const { failures, lastFailureAt } = known && attempts ? attempts : { failures: 0, lastFailureAt: 0 };
  return { failures, lastFailureAt, places };
}

/** Makes a network known after a sign-in without a password, which resets no count. */
export function addNetwork(attempts: PasswordAttempts | undefined, place: string, now: number): PasswordAttempts {
  const { failures, lastFailureAt, inRow, credential } = attempts ?? { failures: 0, lastFailureAt: 0 };
  const known = attempts && knownNetwork(attempts, place, now);
  const others = networksOf(attempts).filter((one) => one.place !== place && isFresh(one, now));
  const added = { failures: 0, lastFailureAt: 0, ...known, place, signedInAt: now };
  const places = [added, ...others].slice(0, MAX_KNOWN_NETWORKS);
  return { failures, lastFailureAt, places, ...omitUndefined({ inRow, credential }) };
}

/** When the whole record expires. */
export function attemptsExpireAt(attempts: PasswordAttempts, now: number): number {
  const familiarUntil = networksOf(attempts).map(({ signedInAt }) => signedInAt + KNOWN_NETWORK_TTL_MS);
  const isInRow = [attempts, ...networksOf(attempts)].some(({ inRow = 0 }) => inRow > 0);
  const rowUntil = isInRow ? [now + FAILURES_IN_A_ROW_TTL_MS] : [];
  return Math.max(now + WRONG_PASSWORDS_TTL_MS, ...familiarUntil, ...rowUntil);
}

function knownNetwork(
  attempts: PasswordAttempts | undefined,
  place: string | undefined,
  now: number,
): KnownNetwork | undefined {
  return networksOf(attempts).find((one) => one.place === place && isFresh(one, now));
}

function isFresh({ signedInAt }: KnownNetwork, now: number): boolean {
  return now - signedInAt < KNOWN_NETWORK_TTL_MS;
}

function networksOf(attempts: PasswordAttempts | undefined): readonly KnownNetwork[] {
  return attempts?.places ?? [];
}
