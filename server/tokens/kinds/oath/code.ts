import { createHmac, createSecretKey } from 'node:crypto';
import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import { dynamicTruncate } from '@otplib/core';
import type { OtpDigits } from '../../token.ts';

/** A seed has 128 to 512 bits (RFC 4226 section 4, R6, asks for at least 128). */
export const SECRET_MIN_BYTES = 16;
export const SECRET_MAX_BYTES = 64;
/**
 * Seeds of 80 bits, which authenticator apps were given for a long time, are accepted by the Protectimus dialect alone.
 */
export const LEGACY_SECRET_MIN_BYTES = 10;

const HASHES = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const satisfies Record<OtpAlgorithm, string>;

/** The secret of a token and the form of its codes. */
interface CodeSource {
  secret: Uint8Array;
  digits: OtpDigits;
  algorithm: OtpAlgorithm;
}

/**
 * The HOTP values of a secret as numbers (RFC 4226 section 5.3; RFC 6238 section 1.2 for SHA-256 and SHA-512).
 *
 * One check computes up to twelve codes, so the secret is prepared once, for all of them: with raw bytes each takes six
 * times as long on Node 24.
 *
 * @throws {RangeError} if the counter or the length of the secret is out of bounds: a bug or a damaged record, so it
 * denies
 */
export function prepareCodes({ secret, digits, algorithm }: CodeSource): (counter: number) => number {
  if (secret.length < LEGACY_SECRET_MIN_BYTES || secret.length > SECRET_MAX_BYTES) {
    throw new RangeError(`a secret has ${LEGACY_SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes`);
  }
  const key = createSecretKey(secret);
  const modulus = 10 ** digits;
  return (counter) => {
    if (!Number.isSafeInteger(counter) || counter < 0) throw new RangeError('a counter is a whole number');
    const movingFactor = Buffer.alloc(8);
    movingFactor.writeUInt32BE(Math.floor(counter / 2 ** 32), 0);
    movingFactor.writeUInt32BE(counter % 2 ** 32, 4);
    return dynamicTruncate(createHmac(HASHES[algorithm], key).update(movingFactor).digest()) % modulus;
  };
}

/**
 * One HOTP value, with leading zeros.
 *
 * @param input `counter`: integer from 0 to 2^53 - 1
 * @throws as {@link prepareCodes}
 */
export function hotp({ counter, ...source }: CodeSource & { counter: number }): string {
  return String(prepareCodes(source)(counter)).padStart(source.digits, '0');
}
