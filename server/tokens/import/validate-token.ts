import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from '../kinds/oath/code.ts';
import { algorithmOf, counterOf, type DeclaredToken, wholeNumber } from './declared-token.ts';
import { Flawed, type ImportedOathToken, type ImportedToken } from './import-file.ts';
import { validateOcra } from './validate-ocra.ts';

/** The kinds that can be imported. */
const KINDS: readonly ImportedToken['kind'][] = ['totp', 'hotp', 'ocra'];

const MAX_PERIOD_SECONDS = 86_400;

/**
 * The token of a row, within the bounds of a token created by hand.
 *
 * @throws Flawed with the first flaw
 */
export function validateToken(said: DeclaredToken, secret: Uint8Array): ImportedToken {
  if (said.kind === undefined) throw new Flawed('KIND_MISSING');
  const kind = KINDS.find((known) => known === said.kind?.toLowerCase());
  if (kind === undefined) throw new Flawed('KIND_UNSUPPORTED');
  if (secret.length === 0) throw new Flawed('SEED_MISSING');
  if (secret.length < SECRET_MIN_BYTES) throw new Flawed('SEED_TOO_SHORT');
  if (secret.length > SECRET_MAX_BYTES) throw new Flawed('SEED_TOO_LONG');
  const name = said.name ?? said.serial;
  if (name === undefined || !isLabel(name, 100)) throw new Flawed('NAME_INVALID');
  if (said.serial !== undefined && !isLabel(said.serial, 64)) throw new Flawed('SERIAL_INVALID');
  const record = {
    name,
    ...(said.serial !== undefined && { serial: said.serial }),
    secret,
    ...(said.expiresAt !== undefined && { expiresAt: said.expiresAt }),
  };
  return kind === 'ocra' ? { ...record, ...validateOcra(said) } : { ...record, ...validateOath(kind, said) };
}

type Oath = Pick<ImportedOathToken, 'kind' | 'algorithm' | 'digits' | 'periodMs' | 'counter' | 'driftSteps'>;

function validateOath(kind: ImportedOathToken['kind'], said: DeclaredToken): Oath {
  if (said.suite !== undefined || said.suitePin !== undefined) throw new Flawed('SUITE_CONTRADICTED');
  const digits = wholeNumber(said.digits ?? '6', 'DIGITS_UNSUPPORTED');
  if (digits !== 6 && digits !== 8) throw new Flawed('DIGITS_UNSUPPORTED');
  const period = kind === 'totp' ? wholeNumber(said.periodSeconds ?? '30', 'PERIOD_UNSUPPORTED') : 30;
  if (period < 30 || period > MAX_PERIOD_SECONDS || period % 30 !== 0) throw new Flawed('PERIOD_UNSUPPORTED');
  return {
    kind,
    algorithm: algorithmOf(said.algorithm),
    digits,
    periodMs: period * 1000,
    counter: kind === 'hotp' ? counterOf(said.counter) : 0,
    driftSteps: kind === 'totp' ? (said.driftSteps ?? 0) : 0,
  };
}

function isLabel(text: string, longest: number): boolean {
  return text.trim() !== '' && text.length <= longest && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
