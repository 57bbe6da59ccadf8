import { createHash } from 'node:crypto';
import { formatSuite, type OcraSuite, type QuestionFormat } from './suite.ts';

/** Bytes that a question is made of, whatever its length: two to the 299 times as many values as the longest has. */
export const CHALLENGE_BYTES = 64;
/** At least so many random bytes go into the question of a transaction. */
const TRANSACTION_NONCE_MIN_BYTES = 16;

/** For letters and digits Crockford's base32 in capitals: people read it from one screen and type it into another. */
const ALPHABETS: Record<QuestionFormat, string> = {
  N: '0123456789',
  H: '0123456789ABCDEF',
  A: '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
};

/**
 * A question of the suite's format and full length, each as likely as the next.
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
 * The question that stands for a transaction, so that its answer is one to this transaction: the same for the same
 * suite, hash and nonce, and as if drawn by {@link makeChallenge} for any other.
 *
 * How firmly it binds is a matter of {@link questionBits}. With QH64 or QA64 the whole SHA-256 fits, and another
 * transaction with the same question cannot be found. QN08 has 26 bits: two transactions with one question are found
 * among ten thousand, in a blink, by whoever can try. The nonce, drawn by the server for each transaction when its
 * fields are fixed, is what nobody can try with: whoever wants a harmless-looking transaction with the question of
 * another has to begin that many of them here, where they are limited. It also makes two payments of the same fields two
 * questions, so the answer to one is none to the other.
 *
 * @param transactionHash 32 bytes, of `transactionHash` in hexadecimal
 * @param nonce at least 16 random bytes, kept with the transaction and never told before its fields are fixed
 * @throws {TypeError} a hash of another length, or a shorter nonce
 */
export function challengeOfHash(suite: OcraSuite, transactionHash: Uint8Array, nonce: Uint8Array): string {
  if (transactionHash.length !== 32) throw new TypeError('the hash of a transaction has 32 bytes');
  if (nonce.length < TRANSACTION_NONCE_MIN_BYTES) throw new TypeError('the nonce of a transaction is too short');
  // Text without U+0000, then a fixed length, then the rest: no two inputs are written alike.
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
