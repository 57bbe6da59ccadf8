import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { PreparedChallenge } from '../../challenge.ts';
import type { PrepareContext } from '../../prepare-context.ts';
import type { Token } from '../../token.ts';
import { createOcraChallenge } from './create-ocra-challenge.ts';

/** Creates the question of a device. */
export async function prepareQuestion(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { flow, resource, transaction, expiresAt }: PrepareContext,
  [token]: readonly Token[],
): Promise<Result<PreparedChallenge>> {
  if (!token) return refusal('NOTHING_ASKED');
  const asked = await createOcraChallenge(ports, {
    token: token.id,
    scope: flow,
    resource: resource.id,
    transaction,
    until: expiresAt,
  });
  return isRefusal(asked) ? asked : { question: asked.question };
}
