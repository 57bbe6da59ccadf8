import type { AccountId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { ABSENT, type Json } from '../kernel/ports/store.ts';
import { anyRecord } from '../passwords/password-counters.ts';
import { newOperation } from '../store/transact.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import { nameClaimDocument } from '../users/documents.ts';
import { decoysFor } from './check-decoy.ts';
import { typedNameQueueKey } from './decoy-attempt.ts';
import { decoyAttemptDocument } from './documents.ts';
import { type SecondFactorPorts, verifySecondFactor } from './verify-second-factor.ts';

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
  const normalised = normaliseName(name);
  const decoy = anyRecord(ports);
  await verifySecondFactor(ports, typedNameQueueKey(account, name), {
    method: 'otp',
    answer,
    accepts: ['totp', 'recovery'],
    scope: '',
    userBlocked: false,
    attempt: newOperation(ports),
    decoy,
    ...(event !== undefined && { createEvent: () => event }),
    readTokens: async () => {
      // They replace the user, the claim of their login, and their token.
      const [user, token] = [decoyAttemptDocument.key(anyRecord(ports)), decoyAttemptDocument.key(decoy)];
      await ports.store.getMany([user, nameClaimDocument.key(account, normalised), token], ports.clock.now());
      return decoysFor(ports, answer).map((value) => ({ value, version: ABSENT, threshold: Number.POSITIVE_INFINITY }));
    },
  });
}
