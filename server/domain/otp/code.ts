import type { HashAlgorithm } from '@otplib/core';
import { generateSync } from '@otplib/hotp';
import { crypto } from '@otplib/plugin-crypto-node';
import type { OtpAlgorithm, OtpDigits } from '../token.ts';

/** A seed has 128 to 512 bits (RFC 4226 section 4, R6, asks for at least 128). */
export const SECRET_MIN_BYTES = 16;
export const SECRET_MAX_BYTES = 64;

const HASHES: Record<OtpAlgorithm, HashAlgorithm> = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' };

/**
 * The HOTP value of a moving factor (RFC 4226 section 5.3; RFC 6238 section 1.2 for SHA-256 and SHA-512).
 *
 * @param counter whole number from 0 to 2^53 - 1
 * @throws when the counter or the length of the secret is out of bounds: a bug or a damaged record, so it denies
 */
export function hotp(input: {
  secret: Uint8Array;
  counter: number;
  digits: OtpDigits;
  algorithm: OtpAlgorithm;
}): string {
  const { secret, counter, digits } = input;
  return generateSync({ secret, counter, digits, algorithm: HASHES[input.algorithm], crypto });
}
