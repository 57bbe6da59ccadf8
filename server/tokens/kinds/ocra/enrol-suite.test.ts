import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anySuite } from '../../../testing/ocra-samples.ts';
import { enrolSuite } from './enrol-suite.ts';
import { formatSuite } from './suite.ts';
import { suiteFault } from './suite-fault.ts';

// SR-45
test('SR-45: a suite is accepted exactly if it is a sound one without session data', () => {
  fc.assert(
    fc.property(anySuite, (suite) => {
      const enrolled = enrolSuite(formatSuite(suite));
      const isSound = suite.session === undefined && suiteFault(suite) === undefined;
      expect(enrolled.kind).toBe(isSound ? 'suite' : 'refused');
      if (enrolled.kind === 'suite') expect(enrolled.suite).toEqual(suite);
    }),
  );
});

test.each([
  ['OCRA-1:HOTP-SHA1-4:QN08', 'digits'],
  ['OCRA-1:HOTP-SHA1-0:QN08', 'digits'],
  ['OCRA-1:HOTP-SHA1-6:QN06', 'question'],
  ['OCRA-1:HOTP-SHA256-8:QN08-S064', 'session'],
  ['OCRA-1:HOTP-SHA256-8:QN08-T1S', 'time'],
  ['OCRA-1:HOTP-MD5-8:QN08', 'form'],
  ['ocra-1:hotp-sha1-6:qn08', 'form'],
  ['', 'form'],
  [undefined, 'form'],
  [['OCRA-1:HOTP-SHA1-6:QN08'], 'form'],
])('%j is refused: %s', (text, reason) => {
  expect(enrolSuite(text)).toEqual({ kind: 'refused', reason });
});
