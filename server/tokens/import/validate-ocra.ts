import { enrolSuite } from '../kinds/ocra/enrolment.ts';
import { type OcraSuite, type QuestionFormat, stepMs } from '../kinds/ocra/suite.ts';
import { algorithmOf, counterOf, type SaidOfQuestions, type SaidOfToken, wholeNumber } from './declared-token.ts';
import { Flawed, type ImportedOcraToken } from './import-file.ts';

/** The encodings of RFC 6030 section 4.3.4 for the formats of RFC 6287 section 6.3. */
const ENCODINGS: Readonly<Record<QuestionFormat, string>> = { N: 'DECIMAL', H: 'HEXADECIMAL', A: 'ALPHANUMERIC' };

/**
 * What a row says of a device that answers questions. Its suite says everything; what else the row says of what is in the
 * suite has to be the same, since one of the two would be wrong and nobody knows which.
 *
 * @throws Flawed with the first thing that is wrong
 */
export function judgeOcra(
  said: SaidOfToken,
): Pick<ImportedOcraToken, 'kind' | 'suite' | 'suitePin' | 'counter' | 'driftSteps'> {
  if (said.suite === undefined) throw new Flawed('SUITE_MISSING');
  const enrolled = enrolSuite(said.suite);
  if (enrolled.kind === 'refused') throw new Flawed('SUITE_UNSUPPORTED');
  const { suite } = enrolled;
  if (!agrees(said, suite)) throw new Flawed('SUITE_CONTRADICTED');
  // The hash of it goes into every answer (RFC 6287 section 5.1), so that without it none would ever be right.
  if (suite.pin !== undefined && !/^[0-9]{4,16}$/.test(said.suitePin ?? '')) throw new Flawed('SUITE_PIN_INVALID');
  return {
    kind: 'ocra',
    suite,
    ...(said.suitePin !== undefined && { suitePin: said.suitePin }),
    counter: suite.counter ? counterOf(said.counter ?? '0') : 0,
    driftSteps: suite.time === undefined ? 0 : (said.driftSteps ?? 0),
  };
}

function agrees({ digits, algorithm, periodSeconds, suitePin, questions }: SaidOfToken, suite: OcraSuite): boolean {
  if (digits !== undefined && wholeNumber(digits, 'DIGITS_UNSUPPORTED') !== suite.digits) return false;
  if (algorithm !== undefined && algorithmOf(algorithm) !== suite.algorithm) return false;
  const step = stepMs(suite);
  if (step !== undefined && periodSeconds !== undefined) {
    if (wholeNumber(periodSeconds, 'PERIOD_UNSUPPORTED') * 1000 !== step) return false;
  }
  // Somebody counts on a PIN that no answer would hang on.
  if (suitePin !== undefined && suite.pin === undefined) return false;
  return questions === undefined || takes(questions, suite);
}

/** Whether the device takes the questions that are asked here: of the suite's format, all of its length, no check digit. */
function takes({ encoding, least, most, checked }: SaidOfQuestions, { question }: OcraSuite): boolean {
  if (encoding !== ENCODINGS[question.format] || checked) return false;
  const [min, max] = [wholeNumber(least, 'SUITE_CONTRADICTED'), wholeNumber(most, 'SUITE_CONTRADICTED')];
  return min <= question.length && question.length <= max;
}
