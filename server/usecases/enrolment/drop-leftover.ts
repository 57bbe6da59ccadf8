import type { TokenId } from '../../domain/ids.ts';
import { isWebauthn, type WebauthnToken } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { type Act, eventOf } from '../act.ts';
import { movePlaces } from '../objects/object-places.ts';
import { releaseCredential } from '../passkeys/claim-credential.ts';
import { type Decision, transact } from '../transact.ts';

/** Deletes a token that did not become one of its owner's. */
export async function dropLeftover(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  id: TokenId,
  { id: owner }: Pick<User, 'id'>,
): Promise<void> {
  const key = documents.token(id);
  const dropped = await transact(ports, key.anchor, [key], ([stored], now): Decision<WebauthnToken | undefined> => {
    const token = stored?.value;
    if (token?.owner !== owner || token.createdBy?.id !== owner) return { answer: undefined };
    const append = [eventOf(act, { type: 'token.deleted', subject: id }, now)];
    return {
      answer: isWebauthn(token) ? token : undefined,
      write: { delete: [key], index: movePlaces(key, token, undefined), append },
    };
  });
  if (dropped) await releaseCredential(ports, dropped.account, dropped.factor.credentialId, id);
}
