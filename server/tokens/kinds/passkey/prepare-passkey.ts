import { usableTokens } from '../../../authentication/second-factor.ts';
import { signingKinds } from '../../../authentication/signing.ts';
import type { Flow } from '../../../flows/flow.ts';
import type { StepPorts } from '../../../flows/step.ts';
import type { ChallengeDraft } from '../../../flows/transitions.ts';
import { type Result, refusal } from '../../../kernel/result.ts';
import { acceptedKinds, type Resource } from '../../../resources/resource.ts';
import { locateUser } from '../../../users/find-user.ts';
import { loadAssignedTokens } from '../../load-assigned-tokens.ts';
import { createChallengeFor } from './new-challenge.ts';

/**
 * A challenge for the passkeys with which the user is assigned, as they are now. Without a first factor there is none.
 */
export async function preparePasskey(
  ports: StepPorts,
  flow: Flow,
  resource: Resource,
): Promise<Result<ChallengeDraft>> {
  const user = flow.user && (await locateUser(ports, flow.account, flow.user));
  if (!user) return refusal('STEP_NOT_EXPECTED');
  const { transaction } = flow;
  const { tokens } = await loadAssignedTokens(ports, user, resource.id);
  const usable = usableTokens(
    tokens.map(({ value }) => value),
    transaction ? signingKinds(resource, transaction) : acceptedKinds(resource),
    ports.clock.now(),
  );
  const passkey = createChallengeFor(ports, usable, transaction?.hash);
  return passkey ? { step: transaction ? 'sign' : 'passkey', passkey } : refusal('OTP_WRONG');
}
