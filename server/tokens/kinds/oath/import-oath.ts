import { algorithmOf, counterOf, type DeclaredToken, wholeNumber } from '../../import/declared-token.ts';
import { ImportError, type ImportedOathToken } from '../../import/import-file.ts';
import type { ImportRules } from '../kind-rules.ts';

const MAX_PERIOD_SECONDS = 86_400;

export const oathImport: ImportRules<ImportedOathToken> = {
  read: (record, kind, said) => ({ ...record, ...validateOath(kind, said) }),
  identity: ({ algorithm, digits, periodMs }) => [algorithm, digits, periodMs],
};

type Oath = Pick<ImportedOathToken, 'kind' | 'algorithm' | 'digits' | 'periodMs' | 'counter' | 'driftSteps'>;

/**
 * Validates the row of a token that shows its own codes.
 *
 * @throws ImportError with the first flaw
 */
function validateOath(kind: ImportedOathToken['kind'], said: DeclaredToken): Oath {
  if (said.suite !== undefined || said.suitePin !== undefined) throw new ImportError('SUITE_CONTRADICTED');
  const digits = wholeNumber(said.digits ?? '6', 'DIGITS_UNSUPPORTED');
  if (digits !== 6 && digits !== 8) throw new ImportError('DIGITS_UNSUPPORTED');
  const period = kind === 'totp' ? wholeNumber(said.periodSeconds ?? '30', 'PERIOD_UNSUPPORTED') : 30;
  if (period < 30 || period > MAX_PERIOD_SECONDS || period % 30 !== 0) throw new ImportError('PERIOD_UNSUPPORTED');
  return {
    kind,
    algorithm: algorithmOf(said.algorithm),
    digits,
    periodMs: period * 1000,
    counter: kind === 'hotp' ? counterOf(said.counter) : 0,
    driftSteps: kind === 'totp' ? (said.driftSteps ?? 0) : 0,
  };
}
