import { mailsFirstFactor, type Resource } from '../resources/resource.ts';
import { ownedTokens } from '../tokens/owned-tokens.ts';
import type { Token } from '../tokens/token.ts';
import { isLeftover } from '../tokens/token-history.ts';
import { restsOnMailboxAlone } from '../users/mailbox.ts';
import type { User } from '../users/user.ts';
import {
  decideReplacement,
  type ReplacementDecision,
  recoveryStateOf,
  replacementPermittedUntil,
} from './lost-device.ts';

interface Replacement {
  decision: ReplacementDecision;
  /** When the permission expires. Undefined: there is none. */
  until: number | undefined;
}

/**
 * What a sign-in leads to in which every token is deactivated, where the resource requires one. A sign-in and the
 * explanation of one ask here.
 *
 * @param tokens those with which the user is assigned to the resource
 * @param isRecoveryShown a recovery code was right in this sign-in
 */
export async function readReplacement(
  ports: Parameters<typeof ownedTokens>[0],
  { user, resource, tokens }: { user: User; resource: Resource; tokens: readonly Token[] },
  isRecoveryShown: boolean,
): Promise<Replacement> {
  const now = ports.clock.now();
  const owned = (await ownedTokens(ports, user)).filter((token) => !isLeftover(user, token));
  const until = replacementPermittedUntil(user, resource.id, owned, now);
  const decision = decideReplacement({
    isPermitted: until !== undefined,
    recovery: recoveryStateOf(tokens, owned, resource, now),
    isRecoveryShown,
    isMailboxAlone: mailsFirstFactor(resource) || restsOnMailboxAlone(user),
  });
  return { decision, until };
}
