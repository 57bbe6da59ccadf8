import { hasToken } from '../enrolment/enrolment.ts';
import type { UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import type { Token } from '../tokens/token.ts';
import { userDocument } from './documents.ts';

/**
 * Marks a user who has had a token. Written before the token is removed: after a crash in between the user needs an
 * enrolment link, and never enrols another token with a password alone (SR-69).
 */
export async function rememberToken(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  token: Token,
  owner: UserId,
): Promise<void> {
  const key = userDocument.key(owner);
  await transact(ports, key.anchor, [key], ([stored]) => {
    const user = stored?.value;
    // The draft of an interrupted enrolment never became a token.
    if (user?.account !== token.account || user.hadToken || !hasToken(user, [token])) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: { ...user, hadToken: true as const } }] } };
  });
}
