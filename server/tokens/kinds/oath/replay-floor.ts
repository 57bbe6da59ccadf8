import { isOath, isOcra, isRecovery, type Token } from '../../token.ts';
import { parseSuite } from '../ocra/suite.ts';
import { DRIFT_MAX_STEPS } from './verify.ts';

/** A device may have been found to run ahead after the backup; this much of short steps is given up for it. */
const UNKNOWN_DRIFT_MS = 120_000;

/**
 * A token restored from a backup (SR-62): it is unknown which of its codes were used since, so none of those counts
 * again. TOTP: all steps that could have been accepted until now are used up. HOTP: no code counts until two in a row
 * have shown the device's counter; the search starts at the backup's counter, so it never goes back. Recovery codes:
 * all are void. OCRA with a counter: as HOTP. Other OCRA tokens answer new questions; challenges of any kind are not
 * restored, so their answers are void.
 *
 * @param now when it is restored, ms since 1970
 */
export function withReplayFloor<T extends Token>(token: T, now: number): T {
  if (isRecovery(token)) return { ...token, factor: { kind: 'recovery', macs: [] } };
  if (isOcra(token)) return parseSuite(token.factor.suite)?.counter === false ? token : { ...token, needsResync: true };
  if (!isOath(token)) return token;
  const { factor } = token;
  if (factor.kind === 'hotp') return { ...token, needsResync: true };
  const known = Math.max(0, Math.trunc(factor.driftSteps));
  const unknown = Math.min(DRIFT_MAX_STEPS, Math.floor(UNKNOWN_DRIFT_MS / factor.periodMs));
  const floor = Math.floor(now / factor.periodMs) + Math.max(known, unknown) + 1;
  return { ...token, nextCounter: Math.max(token.nextCounter, floor) };
}
