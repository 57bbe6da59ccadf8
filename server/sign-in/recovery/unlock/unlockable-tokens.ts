import type { ResourceId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import type { Resource } from '../../../resources/resource.ts';
import { resourcesOpenedBy } from '../../../tokens/assignments.ts';
import type { Token } from '../../../tokens/token.ts';
import type { User } from '../../../users/user.ts';
import { allowsUnlock, canOfferUnlock, isUnlockable, isUnlockableByMail } from './unlock-link.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** Whether a user may have a link mailed for at least one of the tokens with which they are assigned to the resource. */
export async function canRequestUnlock(
  ports: Needs & Pick<Ports, 'courier'>,
  resource: Resource,
  user: User,
  tokens: readonly Token[],
): Promise<boolean> {
  if (ports.courier.isAbsent) return false;
  return canOfferUnlock(resource, user) && (await unlockableTokens(ports, user, tokens)).length > 0;
}

/** The user's tokens that a link unlocks. */
export async function unlockableTokens(ports: Needs, owner: User, tokens: readonly Token[]): Promise<Token[]> {
  const locked = tokens.filter(isUnlockableByMail);
  const allows = await readUnlockPolicies(ports, owner, locked);
  return locked.filter((token) => isUnlockable(token, owner, allows));
}

/** The resources that accept these tokens and allow it. A deleted one forbids nothing. */
export async function readUnlockPolicies(
  { store, clock }: Needs,
  owner: User,
  tokens: readonly Token[],
): Promise<ReadonlyMap<ResourceId, boolean>> {
  const ids = [...new Set(tokens.flatMap((token) => resourcesOpenedBy(token, owner)))];
  const stored = ids.length === 0 ? [] : await store.getMany(ids.map(resourceDocument.key), clock.now());
  return new Map(
    ids.map((id, at) => {
      const resource = stored[at]?.value;
      return [id, resource === undefined || allowsUnlock(resource)];
    }),
  );
}
