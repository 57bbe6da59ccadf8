import { callDependency } from '../kernel/dependency.ts';
import type { Candidate, FactorVerdict, VerifyNeeds } from '../tokens/factor-check.ts';
import { actionsOf } from '../tokens/kinds/actions.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';

/**
 * Verifies one answer against one token. Nothing is written here: the verdict contains what an accepted answer uses up,
 * and the caller commits it on exactly the versions that were read. A token whose secret does not open is an outage
 * (SR-3).
 */
export async function verifyAnswer(
  ports: VerifyNeeds,
  candidate: Candidate,
  answer: SecondAnswer,
  now: number,
): Promise<FactorVerdict> {
  const token = candidate.stored.value;
  return callDependency('checking a second factor', () =>
    rulesOf(token).answer === answer.kind
      ? actionsOf(token).verify(ports, token, answer, now, candidate)
      : { verdict: 'not-asked' },
  );
}
