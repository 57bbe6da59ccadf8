import type { Flow } from '../../domain/flow.ts';
import type { Offered } from '../../domain/flow-steps.ts';
import type { Resource } from '../../domain/resource.ts';
import { acceptedKinds, usableTokens } from '../../domain/second-factor.ts';
import { signingKinds } from '../../domain/signing.ts';
import { readPairs } from '../authentication/read-pairs.ts';
import type { StepNeeds } from '../flow/answer-step.ts';
import { askPasskeys } from '../passkeys/new-challenge.ts';
import { locateUser } from '../users/find-user.ts';
import { refusal, type Verdict } from '../verdict.ts';

/** A challenge for the passkeys with which the person is assigned, as they are now. Nobody is asked for a name alone. */
export async function offerPasskey(ports: StepNeeds, flow: Flow, resource: Resource): Promise<Verdict<Offered>> {
  const user = flow.user && (await locateUser(ports, flow.account, flow.user));
  if (!user) return refusal('STEP_NOT_EXPECTED');
  const { transaction } = flow;
  const { tokens } = await readPairs(ports, user, resource.id);
  const usable = usableTokens(
    tokens.map(({ value }) => value),
    transaction ? signingKinds(resource, transaction) : acceptedKinds(resource),
    ports.clock.now(),
  );
  const passkey = askPasskeys(ports, usable, transaction?.hash);
  return passkey ? { step: transaction ? 'sign' : 'passkey', passkey } : refusal('OTP_WRONG');
}
