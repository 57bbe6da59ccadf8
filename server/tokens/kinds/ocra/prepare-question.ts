import type { FactorOption } from '@countersign/protocol/flow';
import type { TokenId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports.ts';
import { isRefusal, type Verdict } from '../../../kernel/result.ts';
import type { Flow } from '../../../login/flow.ts';
import type { Offered } from '../../../login/steps.ts';
import type { Resource } from '../../../resources/resource.ts';
import { askQuestion } from './create-ocra-challenge.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** What of a sign-in it takes to ask a device something. */
export type Offering = Pick<Flow, 'id' | 'expiresAt' | 'prefer' | 'transaction'>;

/** The person picked a device that answers questions: it is asked one. */
export async function offerQuestion(
  ports: Needs,
  flow: Offering,
  resource: Resource,
  option: FactorOption,
): Promise<Verdict<Offered>> {
  const { transaction } = flow;
  const asked = await askQuestion(ports, {
    token: option.id as TokenId,
    scope: flow.id,
    resource: resource.id,
    transaction,
    until: flow.expiresAt,
  });
  return isRefusal(asked) ? asked : { step: transaction ? 'sign' : 'otp', question: asked.question };
}
