import { createHash } from 'node:crypto';
import { isSameSecret } from '../kernel/secret-token.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';

/** The password of the dialect's clients: derived from the key and the hour, so that it changes every hour. */

/** Maximum difference between the clocks of a client and this server at the turn of an hour. */
export const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * The hours accepted now, as clients write them: the current one, and its neighbour within five minutes of the turn.
 */
export function acceptedHours(now: number): string[] {
  const hours = [now, now - CLOCK_TOLERANCE_MS, now + CLOCK_TOLERANCE_MS].map((at) => Math.floor(at / HOUR_MS));
  return [...new Set(hours)].map(hourText);
}

/** `20270115:08`, in UTC. */
function hourText(hour: number): string {
  const text = new Date(hour * HOUR_MS).toISOString();
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 10)}:${text.slice(11, 13)}`;
}

/** SHA-256 of `key:yyyyMMdd:HH`. */
export function hourlyPassword(key: string, hour: string): Buffer {
  return createHash('sha256').update(`${key}:${hour}`, 'utf8').digest();
}

/** The 32 bytes of a hexadecimal password, in either case; undefined for any other text. */
export function parseHourlyPassword(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** True if this is the password of the key now. Every accepted hour is tried, whichever matches, in constant time. */
export function isValidAt(key: string, given: Uint8Array, now: number): boolean {
  return acceptedHours(now)
    .map((hour) => hourlyPassword(key, hour))
    .map((right) => isSameSecret(given, right))
    .includes(true);
}
