import { createHmac } from 'node:crypto';
import { dynamicTruncate, truncateDigits } from '@otplib/core';
import type { OtpAlgorithm, OtpDigits } from '../../token.ts';

/** A seed has 128 to 512 bits (RFC 4226 section 4, R6, asks for at least 128). */
export const SECRET_MIN_BYTES = 16;
export const SECRET_MAX_BYTES = 64;
/**
 * Seeds of 80 bits, which authenticator apps were given for a long time, are accepted by the Protectimus dialect alone.
 */
export const LEGACY_SECRET_MIN_BYTES = 10;

const HASHES = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const satisfies Record<OtpAlgorithm, string>;

/**
 * The HOTP value of a moving factor (RFC 4226 section 5.3; RFC 6238 section 1.2 for SHA-256 and SHA-512).
 *
 * Composed of otplib's steps and node's HMAC: one check computes up to twelve codes, and otplib's own `generate` takes
 * twice as long, because it prepares secret and counter for each.
 *
 * @param counter integer from 0 to 2^53 - 1
 * @throws {RangeError} if the counter or the length of the secret is out of bounds: a bug or a damaged record, so it
 * denies
 */
export function hotp(input: {
  secret: Uint8Array;
  counter: number;
  digits: OtpDigits;
  algorithm: OtpAlgorithm;
}): string {
  const { secret, counter, digits, algorithm } = input;
  if (secret.length < LEGACY_SECRET_MIN_BYTES || secret.length > SECRET_MAX_BYTES) {
    throw new RangeError(`a secret has ${LEGACY_SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes`);
  }
  if (!Number.isSafeInteger(counter) || counter < 0) throw new RangeError('a counter is a whole number');
  const movingFactor = Buffer.alloc(8);
  movingFactor.writeUInt32BE(Math.floor(counter / 2 ** 32), 0);
  movingFactor.writeUInt32BE(counter % 2 ** 32, 4);
  const mac = createHmac(HASHES[algorithm], secret).update(movingFactor).digest();
  return truncateDigits(dynamicTruncate(mac), digits);
}
