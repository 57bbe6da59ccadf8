import type { WritePorts } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import { raiseTrustEpoch } from '../users/trust-epoch.ts';
import type { User } from '../users/user.ts';

/**
 * Ends every enrolment that rests on a token of the user. Written before the token is deactivated, locked, taken away,
 * deleted, or asks for another address or PIN: no enrolment that it began commits after that (SR-4, SR-69).
 */
export async function endShownFactors(ports: WritePorts, { id, account }: Pick<User, 'id' | 'account'>): Promise<void> {
  const key = userDocument.key(id);
  await transact(ports, key.anchor, [key], ([stored]) => {
    if (stored?.value.account !== account) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: raiseTrustEpoch(stored.value) }] } };
  });
}
