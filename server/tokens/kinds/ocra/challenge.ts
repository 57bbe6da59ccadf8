import { createHash } from 'node:crypto';
import { formatSuite, type OcraSuite, type QuestionFormat } from './suite.ts';

/**
 * Bytes from which a question of any length is made: two to the 299 times as many values as the longest question has.
 */
export const CHALLENGE_BYTES = 64;
/** The minimum of random bytes in the question of a transaction. */
const TRANSACTION_NONCE_MIN_BYTES = 16;

/** Crockford's base32 in capitals for letters and digits: users read it from one screen and type it into another. */
const ALPHABETS: Record<QuestionFormat, string> = {
  N: '0123456789',
  H: '0123456789ABCDEF',
  A: '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
};

/**
 * A question of the suite's format and full length, each as likely as any other.
 *
 * @param random {@link CHALLENGE_BYTES} random bytes
 * @throws {TypeError} another number of bytes
 * @example makeChallenge(suite, ports.random.bytes(CHALLENGE_BYTES)) // '40817263' for QN08
 */
export function makeChallenge(suite: OcraSuite, random: Uint8Array): string {
  if (random.length !== CHALLENGE_BYTES) throw new TypeError(`a question is made of ${CHALLENGE_BYTES} bytes`);
  const alphabet = ALPHABETS[suite.question.format];
  const base = BigInt(alphabet.length);
  let number = BigInt(`0x${Buffer.from(random).toString('hex')}`);
  let question = '';
  for (let place = 0; place < suite.question.length; place++) {
    question += alphabet.charAt(Number(number % base));
    number /= base;
  }
  return question;
}

/**
 * The question of a transaction, so that its answer is bound to this transaction: the same for the same suite, hash and
 * nonce, and as if drawn by {@link makeChallenge} for any other.
 *
 * {@link questionBits} says how strong that binding is. With QH64 or QA64 the whole SHA-256 fits, and another
 * transaction with the same question cannot be found. QN08 has 26 bits: an attacker who can try finds two transactions
 * with one question among ten thousand, at once. The nonce prevents trying, because the server draws it for each
 * transaction when its fields are fixed: an attacker who wants a harmless-looking transaction with the question of
 * another has to start that many of them here, where they are limited. It also gives two payments of the same fields
 * two questions, so the answer to one is wrong for the other.
 *
 * @param transactionHash 32 bytes, of `transactionHash` in hexadecimal
 * @param nonce at least 16 random bytes, stored with the transaction and secret until its fields are fixed
 * @throws {TypeError} a hash of another length, or a shorter nonce
 */
export function challengeOfHash(suite: OcraSuite, transactionHash: Uint8Array, nonce: Uint8Array): string {
  if (transactionHash.length !== 32) throw new TypeError('the hash of a transaction has 32 bytes');
  if (nonce.length < TRANSACTION_NONCE_MIN_BYTES) throw new TypeError('the nonce of a transaction is too short');
  // Text without U+0000, then a fixed length, then the rest: no two inputs encode alike.
  const label = `countersign-ocra-transaction-1\0${formatSuite(suite)}\0`;
  const digest = createHash('sha512').update(label, 'latin1').update(transactionHash).update(nonce).digest();
  return makeChallenge(suite, digest);
}

/** How many bits the questions of a suite have, rounded down: 26 for QN08, 256 for QH64. */
export function questionBits({ question: { format, length } }: OcraSuite): number {
  // A decimal question and its sixteenfold are the same input to the answer, so a sixteenth of them is lost.
  if (format === 'N') return Math.floor(length * Math.log2(10) + Math.log2(15 / 16));
  return length * Math.log2(ALPHABETS[format].length);
}
