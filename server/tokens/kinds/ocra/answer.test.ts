import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyInput, anySuite, OCRA_KEYS, suiteOf } from '../../../testing/ocra-samples.ts';
import { hashPin, type OcraInput, ocraAnswer, parseSession } from './answer.ts';

/** RFC 6287 appendix C: the key is as long as the output of the hash, and the PIN is 1234. */
function answerOf(text: string, question: string, more: Partial<OcraInput> & { pin?: string } = {}): string {
  const suite = suiteOf(text);
  const { pin, ...input } = more;
  const pinHash = pin === undefined ? {} : { pinHash: hashPin(suite, pin) };
  return ocraAnswer(suite, OCRA_KEYS[suite.algorithm], { question, ...input, ...pinHash });
}

const repeated = (digit: number) => String(digit).repeat(8);

// SR-46, SR-45
describe('RFC 6287 appendix C.1, one-way', () => {
  test('OCRA-1:HOTP-SHA1-6:QN08', () => {
    const values = '237653 243178 653583 740991 608993 388898 816933 224598 750600 294470'.split(' ');
    expect(values.map((_, i) => answerOf('OCRA-1:HOTP-SHA1-6:QN08', repeated(i)))).toEqual(values);
  });

  test('OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1', () => {
    const values = '65347737 86775851 78192410 71565254 10104329 65983500 70069104 91771096 75011558 08522129'.split(
      ' ',
    );
    const answer = (counter: number) =>
      answerOf('OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1', '12345678', { counter, pin: '1234' });
    expect(values.map((_, i) => answer(i))).toEqual(values);
  });

  test('OCRA-1:HOTP-SHA256-8:QN08-PSHA1', () => {
    const values = '83238735 01501458 17957585 86776967 86807031'.split(' ');
    const answer = (i: number) => answerOf('OCRA-1:HOTP-SHA256-8:QN08-PSHA1', repeated(i), { pin: '1234' });
    expect(values.map((_, i) => answer(i))).toEqual(values);
  });

  test('OCRA-1:HOTP-SHA512-8:C-QN08', () => {
    const values = '07016083 63947962 70123924 25341727 33203315 34205738 44343969 51946085 20403879 31409299'.split(
      ' ',
    );
    const answer = (i: number) => answerOf('OCRA-1:HOTP-SHA512-8:C-QN08', repeated(i), { counter: i });
    expect(values.map((_, i) => answer(i))).toEqual(values);
  });

  test('OCRA-1:HOTP-SHA512-8:QN08-T1M', () => {
    const values = '95209754 55907591 22048402 24218844 36209546'.split(' ');
    const answer = (i: number) => answerOf('OCRA-1:HOTP-SHA512-8:QN08-T1M', repeated(i), { timeSteps: 0x132d0b6 });
    expect(values.map((_, i) => answer(i))).toEqual(values);
  });
});

// SR-46
describe('RFC 6287 appendix C.2, mutual: the values of server and client', () => {
  test.each([
    ['OCRA-1:HOTP-SHA256-8:QA08', 'CLI2222', 'SRV1111', '28247970 01984843 65387857 03351211 83412541', undefined],
    ['OCRA-1:HOTP-SHA256-8:QA08', 'SRV1111', 'CLI2222', '15510767 90175646 33777207 95285278 28934924', undefined],
    ['OCRA-1:HOTP-SHA512-8:QA08', 'CLI2222', 'SRV1111', '79496648 76831980 12250499 90856481 12761449', undefined],
    ['OCRA-1:HOTP-SHA512-8:QA08-PSHA1', 'SRV1111', 'CLI2222', '18806276 70020315 01600026 18951020 32528969', '1234'],
  ])('%s, %s first', (suite, first, second, answers, pin) => {
    const values = answers.split(' ');
    const more = pin === undefined ? {} : { pin };
    expect(values.map((_, i) => answerOf(suite, `${first}${i}${second}${i}`, more))).toEqual(values);
  });
});

// SR-46
describe('RFC 6287 appendix C.3, signatures', () => {
  test('plain: OCRA-1:HOTP-SHA256-8:QA08', () => {
    const values = '53095496 04110475 31331128 76028668 46554205'.split(' ');
    expect(values.map((_, i) => answerOf('OCRA-1:HOTP-SHA256-8:QA08', `SIG1${i}000`))).toEqual(values);
  });

  test('timed: OCRA-1:HOTP-SHA512-8:QA10-T1M', () => {
    const values = '77537423 31970405 10235557 95213541 65360607'.split(' ');
    const answer = (i: number) => answerOf('OCRA-1:HOTP-SHA512-8:QA10-T1M', `SIG1${i}00000`, { timeSteps: 0x132d0b6 });
    expect(values.map((_, i) => answer(i))).toEqual(values);
  });
});

// The RFC has no vectors for these. Computed independently, in Python with its hmac and hashlib.
test.each<[string, string, Partial<OcraInput> & { pin?: string }, string]>([
  ['OCRA-1:HOTP-SHA1-4:QN04', '0016', {}, '9775'],
  ['OCRA-1:HOTP-SHA1-10:QN64', '9999999999999999999999999999999999999999999999999999999999999999', {}, '1068047340'],
  ['OCRA-1:HOTP-SHA1-0:QN08', '00000000', {}, 'd216b1d33ccbb7cc1076895153fc70bcf3d987de'],
  ['OCRA-1:HOTP-SHA256-0:QA04', 'aZ09', {}, '66c9ad326764bb2aed54c572e99fd94f7bc93a895dc1d100ecda09f4a2796eda'],
  [
    'OCRA-1:HOTP-SHA512-0:QH05',
    'aBcDe',
    {},
    'eecbfbd9a05c9ffa9325a6ffb219561dfc1adf889cbf777ec4fed2a646f60ac3cc9796c2a482273420e63232ad0a1bddde08e33def49a6722b9a3caa686b02cb',
  ],
  ['OCRA-1:HOTP-SHA256-7:QH07', '0abcdef', {}, '7909415'],
  ['OCRA-1:HOTP-SHA256-9:QH64', '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', {}, '069881726'],
  ['OCRA-1:HOTP-SHA512-10:QA64', 'ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ', {}, '1088503568'],
  [
    'OCRA-1:HOTP-SHA512-10:QA64',
    '00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    {},
    '1988564935',
  ],
  ['OCRA-1:HOTP-SHA1-6:QH63', 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', {}, '475364'],
  ['OCRA-1:HOTP-SHA1-6:C-QN08', '12345678', { counter: 4294967296 }, '513129'],
  ['OCRA-1:HOTP-SHA1-6:C-QN08', '12345678', { counter: 9007199254740991 }, '343851'],
  ['OCRA-1:HOTP-SHA256-8:QN08-PSHA256', '12345678', { pin: '1234' }, '29327768'],
  ['OCRA-1:HOTP-SHA256-8:QN08-PSHA512', '12345678', { pin: 'пін-код' }, '94191352'],
  ['OCRA-1:HOTP-SHA256-8:QN08-S064', '12345678', { session: 'flw_01k8dq9z2mp' }, '82035160'],
  [
    'OCRA-1:HOTP-SHA256-8:QN08-S064',
    '12345678',
    { session: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' },
    '00087247',
  ],
  ['OCRA-1:HOTP-SHA256-8:QA10-S128', 'SIG1000000', { session: 'сесія № 7 €' }, '68660185'],
  ['OCRA-1:HOTP-SHA1-6:QN08-S512', '12345678', { session: 's' }, '207544'],
  ['OCRA-1:HOTP-SHA1-6:QN08-S001', '12345678', { session: 's' }, '721201'],
  ['OCRA-1:HOTP-SHA512-8:QN08-T30S', '12345678', { timeSteps: 60000000 }, '18288772'],
  ['OCRA-1:HOTP-SHA512-8:QN08-T48H', '12345678', { timeSteps: 10000 }, '13334658'],
  ['OCRA-1:HOTP-SHA512-8:QN08-T0H', '12345678', { timeSteps: 1099511627776 }, '21750013'],
  [
    'OCRA-1:HOTP-SHA512-10:C-QH08-PSHA512-S128-T59M',
    'DEADBEEF',
    { counter: 7, pin: '0000', session: 'res_01k8dq9z2mp', timeSteps: 508000 },
    '0003369695',
  ],
  [
    'OCRA-1:HOTP-SHA256-6:C-QA06-PSHA1-S064-T1M',
    'ABC123',
    { counter: 0, pin: '', session: 'a', timeSteps: 0 },
    '906818',
  ],
])('%s answers %j with %j as another implementation does', (suite, question, more, answer) => {
  expect(answerOf(suite, question, more)).toBe(answer);
});

test('the hash of the PIN in the vectors', () => {
  const suite = suiteOf('OCRA-1:HOTP-SHA256-8:QN08-PSHA1');
  expect(Buffer.from(hashPin(suite, '1234')).toString('hex')).toBe('7110eda4d09e062aa5e4a390b0a572ac0d2c0220');
  expect(() => hashPin(suiteOf('OCRA-1:HOTP-SHA256-8:QN08'), '1234')).toThrow(TypeError);
});

describe('the question', () => {
  test('hexadecimal: both cases are the same', () => {
    const suite = 'OCRA-1:HOTP-SHA1-6:QH07';
    expect(answerOf(suite, 'ABCDEF0')).toBe(answerOf(suite, 'abcdef0'));
  });

  // RFC 6287 pads a decimal question on the right: of 10^8 questions with eight digits 15 in 16 differ, 26.4 bits.
  test('decimal: a number and sixteen times it are the same, leading zeros vanish', () => {
    const suite = 'OCRA-1:HOTP-SHA1-10:QN08';
    expect(answerOf(suite, '00000016')).toBe(answerOf(suite, '00000256'));
    expect(answerOf(suite, '16')).toBe(answerOf(suite, '00000016'));
    expect(answerOf(suite, '00000017')).not.toBe(answerOf(suite, '00000016'));
  });
});

test.each([
  ['a', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['é'.repeat(32), true],
  ['é'.repeat(33), false],
  ['', false],
  ['a\0', false],
  ['\0a', false],
  ['\ud800', false],
  [7, false],
])('session data of 64 bytes: whether %j is valid: %s', (text, may) => {
  expect(parseSession(suiteOf('OCRA-1:HOTP-SHA1-6:QN08-S064'), text)).toBe(may ? text : undefined);
  expect(parseSession(suiteOf('OCRA-1:HOTP-SHA1-6:QN08'), text)).toBeUndefined();
});

// SR-3: an input that does not match the suite is an error, never an answer.
describe('a malformed input is an error', () => {
  const full = 'OCRA-1:HOTP-SHA1-6:C-QN08-PSHA1-S064-T1M';
  const good: OcraInput = {
    question: '12345678',
    counter: 1,
    pinHash: hashPin(suiteOf(full), '1'),
    session: 's',
    timeSteps: 1,
  };

  test.each(['counter', 'pinHash', 'session', 'timeSteps'] as const)('%s missing, or not in the suite', (name) => {
    const { [name]: value, ...others } = good;
    expect(() => ocraAnswer(suiteOf(full), OCRA_KEYS.SHA1, others)).toThrow(TypeError);
    const bare = suiteOf('OCRA-1:HOTP-SHA1-6:QN08');
    expect(() => ocraAnswer(bare, OCRA_KEYS.SHA1, { question: '12345678', [name]: value })).toThrow(TypeError);
  });

  test.each<[string, Partial<OcraInput>]>([
    ['an empty question', { question: '' }],
    ['a question of three', { question: '1'.repeat(17) }],
    ['a question of letters', { question: 'abcdefgh' }],
    ['a question with the end of a line', { question: '1234567\n' }],
    ['a question of other digits', { question: '\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668' }],
    ['a counter below zero', { counter: -1 }],
    ['half a counter', { counter: 0.5 }],
    ['a counter beyond the whole numbers', { counter: 2 ** 53 }],
    ['no number of steps', { timeSteps: Number.NaN }],
    ['a PIN by another hash', { pinHash: new Uint8Array(32) }],
    ['no session data', { session: '' }],
    ['too much session data', { session: 'x'.repeat(65) }],
  ])('%s', (_name, changes) => {
    expect(ocraAnswer(suiteOf(full), OCRA_KEYS.SHA1, good)).toMatch(/^[0-9]{6}$/);
    expect(() => ocraAnswer(suiteOf(full), OCRA_KEYS.SHA1, { ...good, ...changes })).toThrow(TypeError);
  });

  test.each([[0], [9], [65]])('a secret of %i bytes', (length) => {
    expect(() => ocraAnswer(suiteOf(full), new Uint8Array(length), good)).toThrow(TypeError);
  });
});

test('an answer has the form of its suite, for any input', () => {
  fc.assert(
    fc.property(
      anySuite.chain((suite) => fc.tuple(fc.constant(suite), anyInput(suite))),
      ([suite, input]) => {
        const answer = ocraAnswer(suite, OCRA_KEYS.SHA512, input);
        const hexDigits = { SHA1: 40, SHA256: 64, SHA512: 128 }[suite.algorithm];
        if (suite.digits === 0) expect(answer).toMatch(new RegExp(`^[0-9a-f]{${hexDigits}}$`));
        else expect(answer).toMatch(new RegExp(`^[0-9]{${suite.digits}}$`));
      },
    ),
  );
});
