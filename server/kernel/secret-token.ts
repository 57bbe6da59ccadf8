import { hash, timingSafeEqual } from 'node:crypto';
import { type IdPrefix, type idFromBytes, parseId } from './ids.ts';
import type { Ports } from './ports/ports.ts';

const SECRET_BYTES = 24;

/** A random secret of 192 bits. */
export function newSecret(ports: Pick<Ports, 'random'>): string {
  return secretOf(ports.random.bytes(SECRET_BYTES));
}

/** The text of the secret at the start of these bytes. */
export function secretOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, SECRET_BYTES)).toString('base64url');
}

/** SHA-256, hex: the stored form of a secret. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

export function secretMatches(secret: string, expected: string): boolean {
  return isSameSecret(hashSecret(secret), expected);
}

/** `<id>.<secret>`: an id and the secret that proves the right to use it. */
export function writeSecretToken(id: string, secret: string): string {
  return `${id}.${secret}`;
}

/** @param shape the format of the secret */
export function parseSecretToken<P extends IdPrefix>(
  prefix: P,
  text: unknown,
  shape: RegExp,
): { id: ReturnType<typeof idFromBytes<P>>; secret: string } | undefined {
  if (typeof text !== 'string') return undefined;
  const dot = text.indexOf('.');
  const id = parseId(prefix, text.slice(0, Math.max(dot, 0)));
  const secret = text.slice(dot + 1);
  return id && shape.test(secret) ? { id, secret } : undefined;
}

/**
 * Compares a secret in constant time, so that the time does not reveal how much of a guess is right. Text is compared
 * as UTF-8. The length of a secret is public: different lengths are unequal at once.
 */
export function isSameSecret(given: Uint8Array | string, expected: Uint8Array | string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
