import type { AccountId } from '../kernel/ids.ts';
import { ABSENT, type DocumentReader, type Json, type RawKey } from '../kernel/ports/store.ts';
import { anyRecord } from '../passwords/password-counters.ts';
import { newOperation } from '../store/transact.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import type { User } from '../users/user.ts';
import { DECOY_OWNER, decoysFor } from './check-decoy.ts';
import { typedNameQueueKey } from './decoy-attempt.ts';
import { decoyAttemptDocument } from './documents.ts';
import { type LimitedToken, readLimitedTokens } from './read-limited-tokens.ts';
import { type SecondFactorPorts, verifySecondFactor } from './verify-second-factor.ts';

/** It never locks a token. */
const RESOURCE = { id: 'res_00000000000', failedAttemptsBeforeLock: Number.POSITIVE_INFINITY } as const;

/**
 * Checks a one-time password for an unknown name on a decoy, with the code that checks it on a user's tokens. It waits
 * in the same queue, reads as much, opens a seed, computes the codes, and is counted in one commit (SR-17, SR-70). The
 * name is not stored, and the count goes to one of a fixed number of records.
 */
export async function decoyForUnknownUser(
  ports: SecondFactorPorts,
  account: AccountId,
  name: string,
  answer: SecondAnswer,
  event?: Json,
): Promise<void> {
  await verifySecondFactor(ports, typedNameQueueKey(account, name), {
    method: 'otp',
    answer,
    accepts: ['totp', 'recovery'],
    scope: '',
    userBlocked: false,
    attempt: newOperation(ports),
    decoy: anyRecord(ports),
    ...(event !== undefined && { createEvent: () => event }),
    readTokens: () => readDecoyTokens(ports, account, name, answer),
  });
}

/** Finds the decoy's tokens with the code that finds a user's; what is read in their place is ignored. */
function readDecoyTokens(
  ports: SecondFactorPorts,
  account: AccountId,
  name: string,
  answer: SecondAnswer,
): Promise<LimitedToken[]> {
  const tokens = decoysFor(ports, answer);
  const assigned = tokens.map(({ id, epoch }) => ({ token: id, epoch }));
  const user: User = {
    id: DECOY_OWNER,
    account,
    login: name,
    apiSupport: true,
    blocked: false,
    assignments: [{ resource: RESOURCE.id, alone: false, tokens: assigned }],
    createdAt: 0,
    createdBy: { kind: 'operator' },
  };
  const getMany = async (keys: readonly RawKey[], now: number) => {
    const records: readonly RawKey[] = keys.map(() => decoyAttemptDocument.key(anyRecord(ports)));
    await ports.store.getMany(records, now);
    return [user, { user: user.id }, ...tokens].map((value) => ({ value, version: ABSENT }));
  };
  const store = { getMany } as DocumentReader;
  return readLimitedTokens({ ...ports, store }, user, RESOURCE, 'api');
}
