import { unassignToken } from '../../domain/assignments.ts';
import { mayDelete } from '../../domain/authority.ts';
import type { TokenId, UserId } from '../../domain/ids.ts';
import type { SeenVersions } from '../../domain/object-version.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { movePlaces } from '../objects/object-places.ts';
import { readObject, removeObject } from '../objects/read-object.ts';
import { releaseCredential } from '../passkeys/claim-credential.ts';
import { transact } from '../transact.ts';
import { rememberToken } from '../users/remember-token.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { keepSpentSeed } from './spent-seeds.ts';

/**
 * Deletes a token. A token with which an administrator signs in is theirs alone to delete. Its owner is marked first as a user
 * who had one, and how far its codes were used up is kept for its seed. The assignments that named it are void from then on; they are only tidied up afterwards.
 */
export async function deleteToken(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  act: Act,
  id: TokenId,
  seen?: SeenVersions,
): Promise<Verdict<{ deleted: true }>> {
  const { actor } = act;
  const found = await readObject(ports, actor.account, documents.token(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  if (!mayDelete(actor, found.object)) return refusal('FORBIDDEN');
  const { owner } = found.object;
  if (owner !== undefined) await rememberToken(ports, found.object, owner);
  await keepSpentSeed(ports, found.object);
  const gone = await removeObject(
    ports,
    act,
    { type: 'token.deleted' },
    documents.token(id),
    'TOKEN_NOT_FOUND',
    (token) => {
      if (!mayDelete(actor, token)) return refusal('FORBIDDEN');
      // What was kept beforehand is of this owner and this place.
      const isAsKept = token.owner === owner && token.nextCounter === found.object.nextCounter;
      return isAsKept ? undefined : refusal('CONTENTION');
    },
    seen,
  );
  if (isRefusal(gone)) return gone;
  const { factor, account } = gone.object;
  if (factor.kind === 'webauthn') await releaseCredential(ports, account, factor.credentialId, id);
  if (owner !== undefined) await forgetPairs(ports, owner, id);
  return { deleted: true };
}

/** No event: what is taken off has meant nothing since the token was gone. */
async function forgetPairs(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  owner: UserId,
  token: TokenId,
): Promise<void> {
  const key = documents.user(owner);
  await transact(ports, key.anchor, [key], ([stored]) => {
    const user = stored?.value;
    const on = user?.assignments.filter(({ tokens }) => tokens.some((pair) => pair.token === token)) ?? [];
    if (!user || on.length === 0) return { answer: undefined };
    const next = on.reduce((edited, { resource }) => unassignToken(edited, resource, token), user);
    return {
      answer: undefined,
      write: { put: [{ key, value: next }], index: movePlaces(key, user, next) },
    };
  });
}
