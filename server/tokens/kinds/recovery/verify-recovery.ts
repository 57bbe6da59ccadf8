import type { AccountId, TokenId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { FactorCheck } from '../../factor-check.ts';
import type { RecoveryAnswer } from '../../second-answer.ts';
import type { RecoveryToken } from '../../token.ts';
import { plainCode, RECOVERY_CODES, recoveryCodeText } from './recovery-code-format.ts';

/** Verifies a recovery code: the commit that accepts it removes it from the list. */
export function verifyRecovery(
  ports: Pick<Ports, 'secrets'>,
  token: RecoveryToken,
  { code }: RecoveryAnswer,
): FactorCheck {
  const mac = codeMac(ports, token, code);
  const { macs, lastUsed } = token.factor;
  // MACs under a secret key: comparing them without constant time reveals nothing about a code.
  if (mac === lastUsed) return { verdict: 'replayed' };
  if (!macs.includes(mac)) return { verdict: 'wrong' };
  const left = macs.filter((one) => one !== mac);
  return { verdict: 'accepted', next: { ...token, factor: { kind: 'recovery', macs: left, lastUsed: mac } } };
}

/**
 * Shown once; only the MACs are stored.
 *
 * @param madeWith the Idempotency-Key (as a MAC): the same codes again for a repeated request
 */
export function newRecoverySet(
  ports: Pick<Ports, 'random' | 'secrets'>,
  of: { account: AccountId; id: TokenId },
  madeWith?: string,
): { codes: string[]; macs: string[] } {
  const bytes = (at: number) =>
    madeWith === undefined
      ? ports.random.bytes(10)
      : ports.secrets.mac('recovery-codes', JSON.stringify([of.account, of.id, madeWith, at]));
  const codes = Array.from({ length: RECOVERY_CODES }, (_, at) => recoveryCodeText(bytes(at)));
  return { codes, macs: codes.map((code) => codeMac(ports, of, code)) };
}

/**
 * Under the service's MAC key: the codes are short, and a bare hash of one could be guessed from a copy of the store.
 */
function codeMac(
  ports: Pick<Ports, 'secrets'>,
  { account, id }: { account: AccountId; id: TokenId },
  typed: string,
): string {
  const mac = ports.secrets.mac('recovery-code', JSON.stringify([account, id, plainCode(typed)]));
  return Buffer.from(mac).toString('base64url');
}
