import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anySuite, isQuestion, OCRA_KEYS, suiteOf } from '../../../testing/ocra-samples.ts';
import { transactionHash } from '../../transaction.ts';
import { ocraAnswer } from './answer.ts';
import { CHALLENGE_BYTES, challengeOfHash, makeChallenge, questionBits } from './challenge.ts';

const QN08 = suiteOf('OCRA-1:HOTP-SHA1-6:QN08');
const QH64 = suiteOf('OCRA-1:HOTP-SHA256-8:QH64');

/** Random bytes, the same in every run. */
function bytesOf(seed: string | number, length = CHALLENGE_BYTES): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(String(seed)).digest());
}

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyNonce = fc.uint8Array({ minLength: 16, maxLength: 48 });

describe('a random question', () => {
  test('has the format and the length of every suite', () => {
    fc.assert(
      fc.property(anySuite, fc.uint8Array({ minLength: 64, maxLength: 64 }), (suite, random) => {
        const question = makeChallenge(suite, random);
        expect(isQuestion(suite, question), question).toBe(true);
      }),
    );
  });

  test.each([
    ['QN08', 10],
    ['QH08', 16],
    ['QA08', 32],
  ])('%s: each of its characters occurs at each position, equally often', (format, characters) => {
    const suite = suiteOf(`OCRA-1:HOTP-SHA1-6:${format}`);
    const rounds = 20_000;
    const counts = Array.from({ length: 8 }, () => new Map<string, number>());
    for (let round = 0; round < rounds; round++) {
      for (const [place, character] of [...makeChallenge(suite, bytesOf(round))].entries()) {
        counts[place]?.set(character, (counts[place]?.get(character) ?? 0) + 1);
      }
    }
    const expected = rounds / characters;
    for (const count of counts) {
      expect(count.size).toBe(characters);
      const distances = [...count.values()].map((seen) => (seen - expected) ** 2 / expected);
      // Chi squared of 31 degrees of freedom is above 80 less than three times in a million. The bytes are fixed.
      expect(distances.reduce((sum, distance) => sum + distance, 0)).toBeLessThan(80);
    }
  });

  test('the first and the last value', () => {
    expect(makeChallenge(QN08, new Uint8Array(64))).toBe('00000000');
    const all = new Uint8Array(64).fill(255);
    expect(makeChallenge(QH64, all)).toBe('F'.repeat(64));
    // From the last digit of 2^512 - 1 backwards.
    expect(makeChallenge(QN08, all)).toBe([...(2n ** 512n - 1n).toString()].reverse().join('').slice(0, 8));
  });

  test.each([[0], [8], [63], [65]])('%i bytes are an error', (length) => {
    expect(() => makeChallenge(QN08, new Uint8Array(length))).toThrow(TypeError);
  });
});

// SR-45
describe('the question of a transaction', () => {
  const pay = (value: string) => Buffer.from(transactionHash([{ label: 'Amount', value }]), 'hex');
  const nonce = bytesOf('nonce', 16);

  test('is the same for the same inputs, in the format of every suite', () => {
    fc.assert(
      fc.property(anySuite, anyHash, anyNonce, (suite, hash, random) => {
        const question = challengeOfHash(suite, hash, random);
        expect(isQuestion(suite, question), question).toBe(true);
        expect(challengeOfHash(suite, Buffer.from(hash), Buffer.from(random))).toBe(question);
      }),
    );
  });

  // Computed independently, in Python.
  test('is this one in every release, because a transaction may be open during an update', () => {
    expect(challengeOfHash(QN08, pay('10.00 EUR'), nonce)).toBe('44167034');
    expect(challengeOfHash(QH64, pay('10.00 EUR'), nonce)).toBe(
      '719A6324DE5DC420709590F5E2062302D82A1FCD677329FC69EA2E23DD496EB9',
    );
  });

  test('of 256 bits differs with every bit of the hash and the nonce, and with the suite', () => {
    const questions = new Set([challengeOfHash(QH64, pay('10'), nonce)]);
    for (let bit = 0; bit < 256; bit++) questions.add(challengeOfHash(QH64, flipped(pay('10'), bit), nonce));
    for (let bit = 0; bit < 128; bit++) questions.add(challengeOfHash(QH64, pay('10'), flipped(nonce, bit)));
    questions.add(challengeOfHash(QH64, pay('10'), Uint8Array.from([...nonce, 0])));
    questions.add(challengeOfHash(suiteOf('OCRA-1:HOTP-SHA256-7:QH64'), pay('10'), nonce));
    expect(questions.size).toBe(1 + 256 + 128 + 1 + 1);
  });

  // Attack: have a payment of 10 confirmed, and submit the answer for one of 10 000.
  test('the answer to one transaction is wrong for another', () => {
    const answer = (value: string) =>
      ocraAnswer(QN08, OCRA_KEYS.SHA1, { question: challengeOfHash(QN08, pay(value), nonce) });
    expect(answer('10.00 EUR')).not.toBe(answer('10000.00 EUR'));
  });

  // Attack: have a payment confirmed, and submit the answer again for a second one of the same fields.
  test('the same fields a second time are another question', () => {
    expect(challengeOfHash(QN08, pay('10'), bytesOf(1, 16))).not.toBe(challengeOfHash(QN08, pay('10'), bytesOf(2, 16)));
  });

  // Attack: an attacker searches their own transactions for two with the same question. A nonce that is secret until
  // the fields are fixed prevents that: with a known one, this is how long it takes.
  test('QN08 alone does not distinguish transactions: two of some ten thousand share a question', () => {
    const seen = new Set<string>();
    let tried = 0;
    for (let question = ''; !seen.has(question); tried++) {
      if (question !== '') seen.add(question);
      question = challengeOfHash(QN08, pay(`${tried}`), nonce);
    }
    expect(tried).toBeLessThan(60_000);
  });

  test('a hash or nonce that is too short is an error', () => {
    expect(() => challengeOfHash(QN08, new Uint8Array(31), nonce)).toThrow(TypeError);
    expect(() => challengeOfHash(QN08, new Uint8Array(64), nonce)).toThrow(TypeError);
    expect(() => challengeOfHash(QN08, new Uint8Array(32), new Uint8Array(15))).toThrow(TypeError);
  });
});

test.each([
  ['QN08', 26],
  ['QN06', 19],
  ['QN64', 212],
  ['QH08', 32],
  ['QH64', 256],
  ['QA08', 40],
  ['QA64', 320],
])('%s has %i bits', (format, bits) => {
  expect(questionBits(suiteOf(`OCRA-1:HOTP-SHA1-6:${format}`))).toBe(bits);
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}
