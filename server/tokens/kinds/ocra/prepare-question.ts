import type { FactorOption } from '@countersign/protocol/flow';
import type { Flow } from '../../../flows/flow.ts';
import type { ChallengeDraft } from '../../../flows/transitions.ts';
import type { TokenId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal, type Result } from '../../../kernel/result.ts';
import type { Resource } from '../../../resources/resource.ts';
import { createOcraChallenge } from './create-ocra-challenge.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** The parts of a sign-in that a question needs. */
export type PrepareContext = Pick<Flow, 'id' | 'expiresAt' | 'prefer' | 'transaction'>;

/** Creates the question once the user has picked the device. */
export async function prepareQuestion(
  ports: Needs,
  flow: PrepareContext,
  resource: Resource,
  option: FactorOption,
): Promise<Result<ChallengeDraft>> {
  const { transaction } = flow;
  const asked = await createOcraChallenge(ports, {
    token: option.id as TokenId,
    scope: flow.id,
    resource: resource.id,
    transaction,
    until: flow.expiresAt,
  });
  return isRefusal(asked) ? asked : { step: transaction ? 'sign' : 'otp', question: asked.question };
}
