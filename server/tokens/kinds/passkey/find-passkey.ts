import type { AccountId } from '../../../kernel/ids.ts';
import type { ReadPorts } from '../../../kernel/ports/ports.ts';
import { locateUser } from '../../../users/find-user.ts';
import type { User } from '../../../users/user.ts';
import { credentialClaimDocument, tokenDocument } from '../../documents.ts';
import { isWebauthn } from '../../token.ts';
import { credentialHash } from './claim-credential.ts';

/**
 * The owner of this passkey. Only a hint where to look: the factor check reads everything again and decides whether
 * that user may sign in with it.
 */
export async function findPasskey(
  ports: ReadPorts,
  account: AccountId,
  credentialId: string,
): Promise<User | undefined> {
  const now = ports.clock.now();
  const [claim] = await ports.store.getMany([credentialClaimDocument.key(account, credentialHash(credentialId))], now);
  if (!claim) return undefined;
  const [stored] = await ports.store.getMany([tokenDocument.key(claim.value.token)], now);
  const token = stored?.value;
  if (!token || !isWebauthn(token) || token.account !== account || token.owner === undefined) return undefined;
  return token.factor.credentialId === credentialId ? locateUser(ports, account, token.owner) : undefined;
}
