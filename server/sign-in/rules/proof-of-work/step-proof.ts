import type { Refusal } from '../../../kernel/result.ts';
import { assessProof, mayDemandProof } from '../../../proof-of-work/demand-proof.ts';
import type { ProofPurpose } from '../../../proof-of-work/puzzle.ts';
import type { Flow } from '../../flow.ts';
import type { SignInPorts, StepRequest } from '../../step-outcome.ts';

/** `shown`: this request brings the work that was asked for. `none`: none was asked for. */
type StepProof = 'shown' | 'none';

/**
 * Asks for work before the claim, so that a request without it writes nothing (SR-65). Work that was shown in this flow
 * also pays for the next guess, and for those after a right one: an honest user is asked once in a sign-in. Each wrong
 * guess uses it up, so that names that were sent while all was calm are no store of free guesses (SR-75). The claim decides
 * on the flow that is read here, or on a later one only if its step is still the same: nothing was guessed in between.
 */
export async function demandStepProof(
  ports: SignInPorts,
  { proof: purpose }: { proof?: ProofPurpose },
  { client, solution }: StepRequest,
  read: () => Promise<Flow | undefined>,
): Promise<StepProof | Refusal> {
  if (purpose === undefined || !mayDemandProof(ports)) return 'none';
  const flow = await read();
  if (!flow) return 'none';
  if (purpose === 'guess' && flow.hasShownWork) return 'none';
  const { resource, account } = flow;
  return assessProof(ports, { purpose, resource, account, client, solution });
}

/** The flow after a refused step: an evaluated guess has used up the work. */
export function spendShownWork<F extends Flow>(
  flow: F,
  { proof: purpose }: { proof?: ProofPurpose },
  { refused }: Refusal,
): F {
  if (purpose !== 'guess' || refused === 'TOO_MANY_ATTEMPTS' || refused === 'STEP_NOT_EXPECTED') return flow;
  const { hasShownWork: _spent, ...rest } = flow;
  return rest as F;
}

/** A wrong answer of a kind that an attacker produces by guessing. */
export function isGuess({ refused }: Refusal): boolean {
  return refused === 'INVALID_CREDENTIALS' || refused === 'OTP_WRONG' || refused === 'TOO_MANY_ATTEMPTS';
}
