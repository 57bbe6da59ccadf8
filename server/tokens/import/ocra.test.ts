import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anySuite } from '../../testing/ocra-samples.ts';
import { enrolSuite } from '../kinds/ocra/enrol-suite.ts';
import { formatSuite, type OcraSuite } from '../kinds/ocra/suite.ts';
import { readWhole } from './testing/read-whole.ts';

const SEED = Buffer.from('12345678901234567890');
const SUITE = 'OCRA-1:HOTP-SHA1-6:QN08';

interface Written {
  algorithm?: string;
  suite?: string;
  /** Further content of AlgorithmParameters, and of Data. */
  formats?: string;
  data?: string;
  policy?: string;
  /** Further packages. */
  besides?: string;
}

/** A container with one device that answers questions (RFC 6030 sections 4.3.4 and 5). */
function pskc({
  algorithm = 'pskc:ocra',
  suite = SUITE,
  formats = '',
  data = '',
  policy,
  besides = '',
}: Written): string {
  return `<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
<KeyPackage><DeviceInfo><Manufacturer>oath.Acme</Manufacturer><SerialNo>R1</SerialNo></DeviceInfo>
<Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:${algorithm}">
<AlgorithmParameters>${suite === '' ? '' : `<Suite>${suite}</Suite>`}${formats}</AlgorithmParameters>
<Data><Secret><PlainValue>${SEED.toString('base64')}</PlainValue></Secret>${data}</Data>
${policy === undefined ? '' : `<Policy>${policy}</Policy>`}</Key></KeyPackage>${besides}</KeyContainer>`;
}

function pin(id: string, digits: string, more = ''): string {
  const value = Buffer.from(digits).toString('base64');
  return `<KeyPackage><DeviceInfo><SerialNo>R1</SerialNo></DeviceInfo><Key Id="${id}" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:pin"><Data><Secret><PlainValue>${value}</PlainValue></Secret></Data>${more}</Key></KeyPackage>`;
}

/** The only token of a file, or its flaw; without the bytes of the seed. */
function only(content: string, options: Parameters<typeof readWhole>[1] = {}) {
  const file = readWhole(content, options);
  if ('flaw' in file) return file.flaw;
  const [row, ...more] = file.rows;
  if (!row || more.length > 0) throw new Error('there is one');
  if ('flaw' in row.outcome) return row.outcome.flaw;
  const { secret, ...token } = row.outcome.token;
  expect(Buffer.from(secret)).toEqual(SEED);
  return token;
}

const value = (name: string, text: string) => `<${name}><PlainValue>${text}</PlainValue></${name}>`;
const challenge = (attributes: string) => `<ChallengeFormat ${attributes}/>`;

describe('devices that answer questions, in PSKC', () => {
  test('are read with their suite, counter and drift', () => {
    expect(only(pskc({}))).toEqual({
      name: 'oath.Acme R1',
      serial: 'R1',
      kind: 'ocra',
      suite: { algorithm: 'SHA1', digits: 6, counter: false, question: { format: 'N', length: 8 } },
      counter: 0,
      driftSteps: 0,
    });
    const moving = pskc({
      suite: 'OCRA-1:HOTP-SHA256-8:C-QH10-T1M',
      formats: `${challenge('Encoding="HEXADECIMAL" Min="4" Max="10"')}<ResponseFormat Encoding="DECIMAL" Length="8"/>`,
      data: value('Counter', '7') + value('TimeInterval', '60') + value('TimeDrift', '-2'),
      policy: '<KeyUsage>CR</KeyUsage>',
    });
    expect(only(moving)).toMatchObject({ counter: 7, driftSteps: -2, suite: { counter: true, digits: 8 } });
  });

  test('may name their suite as the drafts before the RFC did, and never two', () => {
    const named = { algorithm: 'pskc#OCRA-1:HOTP-SHA512-8:C-QN08' };
    expect(only(pskc({ ...named, suite: '' }))).toMatchObject({ suite: { algorithm: 'SHA512', counter: true } });
    expect(only(pskc({ ...named, suite: 'OCRA-1:HOTP-SHA512-8:C-QN08' }))).toMatchObject({ kind: 'ocra' });
    expect(only(pskc({ ...named, suite: SUITE }))).toBe('SUITE_CONTRADICTED');
  });

  test.each([
    ['no suite', { suite: '' }, 'SUITE_MISSING'],
    ['another text', { suite: 'HMAC-SHA256' }, 'SUITE_UNSUPPORTED'],
    ['answers that are too short', { suite: 'OCRA-1:HOTP-SHA1-4:QN08' }, 'SUITE_UNSUPPORTED'],
    ['questions that come again', { suite: 'OCRA-1:HOTP-SHA1-6:QN06' }, 'SUITE_UNSUPPORTED'],
    ['session data', { suite: 'OCRA-1:HOTP-SHA1-6:QN08-S064' }, 'SUITE_UNSUPPORTED'],
    ['a step of a second', { suite: 'OCRA-1:HOTP-SHA1-6:QN08-T1S' }, 'SUITE_UNSUPPORTED'],
    ['other digits', { formats: '<ResponseFormat Encoding="DECIMAL" Length="8"/>' }, 'SUITE_CONTRADICTED'],
    ['answers with letters', { formats: '<ResponseFormat Encoding="ALPHANUMERIC" Length="6"/>' }, 'DIGITS_UNSUPPORTED'],
    ['letters asked', { formats: challenge('Encoding="ALPHANUMERIC" Min="8" Max="8"') }, 'SUITE_CONTRADICTED'],
    ['shorter questions', { formats: challenge('Encoding="DECIMAL" Min="4" Max="7"') }, 'SUITE_CONTRADICTED'],
    ['longer questions', { formats: challenge('Encoding="DECIMAL" Min="9" Max="10"') }, 'SUITE_CONTRADICTED'],
    ['no bounds', { formats: challenge('Encoding="DECIMAL"') }, 'SUITE_CONTRADICTED'],
    [
      'a check digit asked',
      { formats: challenge('Encoding="DECIMAL" Min="8" Max="8" CheckDigits="true"') },
      'SUITE_CONTRADICTED',
    ],
    ['another step', { suite: 'OCRA-1:HOTP-SHA1-6:QN08-T1M', data: value('TimeInterval', '30') }, 'SUITE_CONTRADICTED'],
    ['no counter that can be', { suite: 'OCRA-1:HOTP-SHA1-6:C-QN08', data: value('Counter', '-1') }, 'COUNTER_INVALID'],
    ['a key for codes alone', { policy: '<KeyUsage>OTP</KeyUsage>' }, 'POLICY_UNSUPPORTED'],
  ])('%s: refused', (_, written, flaw) => {
    expect(only(pskc(written))).toBe(flaw);
  });
});

describe('PINs that go into answers', () => {
  const suite = 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1';
  const policy = '<PINPolicy PINUsageMode="Algorithmic" PINKeyId="p"/>';

  test('are read from the key that the policy names, which is then used', () => {
    const file = readWhole(pskc({ suite, policy, besides: pin('p', '314159') }));
    expect(file).toMatchObject({ warnings: [], rows: [{ outcome: { token: { suitePin: '314159' } } }] });
    const two = pskc({ suite, policy, besides: pin('p', '314159') + pin('q', '1') });
    expect(readWhole(two)).toMatchObject({ warnings: ['PIN_KEYS_LEFT_OUT'] });
  });

  test.each([
    ['no PIN at all', { suite }, 'SUITE_PIN_INVALID'],
    ['no such key', { suite, policy, besides: pin('q', '314159') }, 'SUITE_PIN_INVALID'],
    ['two of them', { suite, policy, besides: pin('p', '314159') + pin('p', '271828') }, 'SUITE_PIN_INVALID'],
    ['letters', { suite, policy, besides: pin('p', '31415a') }, 'SUITE_PIN_INVALID'],
    ['too few digits', { suite, policy, besides: pin('p', '314') }, 'SUITE_PIN_INVALID'],
    [
      'a PIN with a policy of its own',
      { suite, policy, besides: pin('p', '314159', '<Policy><ExpiryDate>2020-01-01T00:00:00Z</ExpiryDate></Policy>') },
      'SUITE_PIN_INVALID',
    ],
    ['a suite without one', { policy, besides: pin('p', '314159') }, 'SUITE_CONTRADICTED'],
    ['two policies', { suite, policy: policy + policy, besides: pin('p', '314159') }, 'POLICY_UNSUPPORTED'],
    ['a policy without the key', { suite, policy: '<PINPolicy PINUsageMode="Algorithmic"/>' }, 'POLICY_UNSUPPORTED'],
  ])('%s: refused', (_, written, flaw) => {
    expect(only(pskc(written))).toBe(flaw);
  });

  test('are refused for a HOTP token', () => {
    const hotp = { algorithm: 'pskc:hotp', suite: '', formats: '<ResponseFormat Encoding="DECIMAL" Length="6"/>' };
    expect(only(pskc({ ...hotp, policy, besides: pin('p', '314159') }))).toBe('POLICY_UNSUPPORTED');
  });
});

describe('devices that answer questions, in CSV', () => {
  const csv = (columns: string, row: string) => only(`serial,seed,${columns}\nR1,${SEED.toString('hex')},${row}`);

  test('are recognised by their type, by the request, or by their suite', () => {
    const found = { kind: 'ocra', suite: { digits: 6 }, counter: 0 };
    expect(csv('type,suite', `OCRA,${SUITE}`)).toMatchObject(found);
    expect(csv('ocra_suite', SUITE)).toMatchObject(found);
    expect(only(`serial,seed,suite\nR1,${SEED.toString('hex')},${SUITE}`, { kind: 'totp' })).toMatchObject(found);
    expect(only(`serial,seed,type\nR1,${SEED.toString('hex')},ocra`)).toBe('SUITE_MISSING');
    expect(only(`R1,${SEED.toString('hex')}`, { format: 'csv', kind: 'ocra' })).toBe('SUITE_MISSING');
  });

  test('have counter, step and PIN in separate columns', () => {
    expect(csv('suite,counter', 'OCRA-1:HOTP-SHA1-6:C-QN08,12')).toMatchObject({ counter: 12 });
    expect(csv('suite,suite PIN', 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1,314159')).toMatchObject({ suitePin: '314159' });
    expect(csv('suite,digits,interval,hash', 'OCRA-1:HOTP-SHA1-6:QN08-T1M,6,60,SHA-1')).toMatchObject({ kind: 'ocra' });
  });

  test.each([
    ['suite,digits', `${SUITE},8`, 'SUITE_CONTRADICTED'],
    ['suite,hash', `${SUITE},SHA256`, 'SUITE_CONTRADICTED'],
    ['suite,interval', 'OCRA-1:HOTP-SHA1-6:QN08-T1M,30', 'SUITE_CONTRADICTED'],
    ['suite,suitePin', `${SUITE},314159`, 'SUITE_CONTRADICTED'],
    ['suite', 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1', 'SUITE_PIN_INVALID'],
    ['suite,type', `${SUITE},totp`, 'SUITE_CONTRADICTED'],
    ['suitePin,type', '314159,totp', 'SUITE_CONTRADICTED'],
    ['suite', SUITE.toLowerCase(), 'SUITE_UNSUPPORTED'],
  ])('%s: %s is refused', (columns, row, flaw) => {
    expect(csv(columns, row)).toBe(flaw);
  });
});

// SR-45
test('SR-45: a suite is imported exactly if a token could be created with it by hand, and unchanged', () => {
  fc.assert(
    fc.property(anySuite, fc.boolean(), (suite, asCsv) => {
      const text = formatSuite(suite);
      const withPin = suite.pin !== undefined;
      const content = asCsv
        ? `serial,seed,suite,suitepin\nR1,${SEED.toString('hex')},${text},${withPin ? '314159' : ''}`
        : pskc({
            suite: text,
            ...(withPin && {
              policy: '<PINPolicy PINUsageMode="Algorithmic" PINKeyId="p"/>',
              besides: pin('p', '314159'),
            }),
          });
      const read = only(content);
      if (enrolSuite(text).kind === 'refused') expect(read).toBe('SUITE_UNSUPPORTED');
      else expect((read as { suite: OcraSuite }).suite).toEqual(suite);
    }),
    { numRuns: 500 },
  );
});
