import { OTP_ALGORITHMS, type OtpAlgorithm } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import type { OcraInput } from '../tokens/kinds/ocra/answer.ts';
import { type OcraSuite, parseSuite } from '../tokens/kinds/ocra/suite.ts';

/** The keys of RFC 6287 appendix C, each as long as the output of its hash. */
export const OCRA_KEYS: Record<OtpAlgorithm, Uint8Array> = {
  SHA1: new TextEncoder().encode('12345678901234567890'),
  SHA256: new TextEncoder().encode('12345678901234567890123456789012'),
  SHA512: new TextEncoder().encode('1234567890123456789012345678901234567890123456789012345678901234'),
};

export function suiteOf(text: string): OcraSuite {
  const suite = parseSuite(text);
  if (!suite) throw new Error(`no suite: ${text}`);
  return suite;
}

const CHARACTERS = { N: /^[0-9]+$/, H: /^[0-9A-Fa-f]+$/, A: /^[0-9A-Za-z]+$/ } as const;

/** True if a text is a question as the service creates it: in the suite's format, and of its full length. */
export function isQuestion({ question: { format, length } }: OcraSuite, text: string): boolean {
  return text.length === length && CHARACTERS[format].test(text);
}

const anyAlgorithm = fc.constantFrom(...OTP_ALGORITHMS);

/** Every suite of RFC 6287. */
export const anySuite: fc.Arbitrary<OcraSuite> = fc.record(
  {
    algorithm: anyAlgorithm,
    digits: fc.constantFrom(0, 4, 5, 6, 7, 8, 9, 10),
    counter: fc.boolean(),
    question: fc.record(
      { format: fc.constantFrom('N', 'H', 'A'), length: fc.integer({ min: 4, max: 64 }) },
      { noNullPrototype: true },
    ),
    pin: anyAlgorithm,
    session: fc.integer({ min: 1, max: 999 }),
    time: fc.oneof(
      fc.record(
        { amount: fc.integer({ min: 1, max: 59 }), unit: fc.constantFrom('S', 'M') },
        { noNullPrototype: true },
      ),
      fc.record(
        { amount: fc.integer({ min: 0, max: 48 }), unit: fc.constant('H' as const) },
        { noNullPrototype: true },
      ),
    ),
  },
  { requiredKeys: ['algorithm', 'digits', 'counter', 'question'], noNullPrototype: true },
);

/** The input of a response of this suite. */
export function anyInput(suite: OcraSuite): fc.Arbitrary<OcraInput> {
  const { format, length } = suite.question;
  const unit = fc.constantFrom(...{ N: '0123456789', H: '0123456789abcdefABCDEF', A: '09AZaz' }[format]);
  const hashBytes = { SHA1: 20, SHA256: 32, SHA512: 64 }[suite.pin ?? 'SHA1'];
  const inputs: { [Name in keyof OcraInput]-?: fc.Arbitrary<NonNullable<OcraInput[Name]>> } = {
    question: fc.string({ unit, minLength: 1, maxLength: 2 * length }),
    counter: fc.maxSafeNat(),
    pinHash: fc.uint8Array({ minLength: hashBytes, maxLength: hashBytes }),
    session: fc.string({ unit: fc.constantFrom('a', '0', ':'), minLength: 1, maxLength: suite.session ?? 1 }),
    timeSteps: fc.maxSafeNat(),
  };
  const { question, counter, pinHash, session, timeSteps } = inputs;
  return fc.record({
    question,
    ...(suite.counter && { counter }),
    ...(suite.pin !== undefined && { pinHash }),
    ...(suite.session !== undefined && { session }),
    ...(suite.time !== undefined && { timeSteps }),
  });
}
