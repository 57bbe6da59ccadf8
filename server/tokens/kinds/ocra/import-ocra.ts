import { omitUndefined } from '@countersign/protocol/omit-undefined';
import {
  algorithmOf,
  counterOf,
  type DeclaredQuestions,
  type DeclaredToken,
  wholeNumber,
} from '../../import/declared-token.ts';
import { ImportError, type ImportedOcraToken } from '../../import/import-file.ts';
import type { ImportRules } from '../kind-rules.ts';
import { enrolSuite } from './enrol-suite.ts';
import { formatSuite, type OcraSuite, type QuestionFormat, stepMs } from './suite.ts';

export const ocraImport: ImportRules<ImportedOcraToken> = {
  read: (record, _kind, said) => ({ ...record, ...validateOcra(said) }),
  identity: ({ suite }) => [formatSuite(suite)],
};

/** The encodings of RFC 6030 section 4.3.4 for the formats of RFC 6287 section 6.3. */
const ENCODINGS: Readonly<Record<QuestionFormat, string>> = { N: 'DECIMAL', H: 'HEXADECIMAL', A: 'ALPHANUMERIC' };

/**
 * Validates the row of a device that answers questions. Its suite is complete; any other field about the same has to
 * agree, because one of them would be wrong and it is unknown which.
 *
 * @throws ImportError with the first flaw
 */
function validateOcra(
  said: DeclaredToken,
): Pick<ImportedOcraToken, 'kind' | 'suite' | 'suitePin' | 'counter' | 'driftSteps'> {
  if (said.suite === undefined) throw new ImportError('SUITE_MISSING');
  const enrolled = enrolSuite(said.suite);
  if (enrolled.kind === 'refused') throw new ImportError('SUITE_UNSUPPORTED');
  const { suite } = enrolled;
  if (!agrees(said, suite)) throw new ImportError('SUITE_CONTRADICTED');
  // Its hash goes into every answer (RFC 6287 section 5.1), so that no answer would be right without it.
  if (suite.pin !== undefined && !/^[0-9]{4,16}$/.test(said.suitePin ?? '')) throw new ImportError('SUITE_PIN_INVALID');
  return {
    kind: 'ocra',
    suite,
    ...omitUndefined({ suitePin: said.suitePin }),
    counter: suite.counter ? counterOf(said.counter ?? '0') : 0,
    driftSteps: suite.time === undefined ? 0 : (said.driftSteps ?? 0),
  };
}

function agrees({ digits, algorithm, periodSeconds, suitePin, questions }: DeclaredToken, suite: OcraSuite): boolean {
  if (digits !== undefined && wholeNumber(digits, 'DIGITS_UNSUPPORTED') !== suite.digits) return false;
  if (algorithm !== undefined && algorithmOf(algorithm) !== suite.algorithm) return false;
  const step = stepMs(suite);
  if (step !== undefined && periodSeconds !== undefined) {
    if (wholeNumber(periodSeconds, 'PERIOD_UNSUPPORTED') * 1000 !== step) return false;
  }
  // The file expects a PIN that no answer would depend on.
  if (suitePin !== undefined && suite.pin === undefined) return false;
  return questions === undefined || takes(questions, suite);
}

/**
 * Whether the device accepts the questions asked here: of the suite's format and full length, without a check digit.
 */
function takes({ encoding, least, most, checked }: DeclaredQuestions, { question }: OcraSuite): boolean {
  if (encoding !== ENCODINGS[question.format] || checked) return false;
  const [min, max] = [wholeNumber(least, 'SUITE_CONTRADICTED'), wholeNumber(most, 'SUITE_CONTRADICTED')];
  return min <= question.length && question.length <= max;
}
