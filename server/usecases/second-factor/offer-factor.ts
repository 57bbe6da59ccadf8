import type { FactorOption } from '../../../shared/wire/flow.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Offered } from '../../domain/flow-steps.ts';
import type { TokenId } from '../../domain/ids.ts';
import type { Resource } from '../../domain/resource.ts';
import { firstOption } from '../../domain/second-factor.ts';
import type { Ports } from '../../ports/index.ts';
import type { Whence } from '../act.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { askQuestion } from './ask-question.ts';

export type OfferNeeds = Pick<Ports, 'store' | 'clock' | 'random'>;

/** What of a sign-in it takes to offer a way. */
export type Offering = Pick<Flow, 'id' | 'expiresAt' | 'prefer' | 'transaction'>;

/** Makes what a way of showing the second factor needs before it can be shown. */
export async function offerFactor(
  ports: OfferNeeds,
  flow: Offering,
  resource: Resource,
  option: FactorOption,
  _whence: Whence,
): Promise<Verdict<Offered>> {
  const { transaction } = flow;
  switch (option.kind) {
    // What an app shows and what is on paper is there already, and says nothing of a transaction.
    case 'code':
      return transaction ? refusal('STEP_NOT_EXPECTED') : { step: 'otp' };
    case 'recovery':
      return transaction ? refusal('STEP_NOT_EXPECTED') : { step: 'recovery' };
    case 'ocra': {
      const token = option.id as TokenId;
      const asked = { token, scope: flow.id, resource: resource.id, transaction, until: flow.expiresAt };
      const question = await askQuestion(ports, asked);
      if (isRefusal(question)) return question;
      return { step: transaction ? 'sign' : 'otp', question: question.question };
    }
    default:
      return refusal('STEP_NOT_EXPECTED');
  }
}

/** What the way that is asked for first needs, where it costs nothing: a question. What costs waits until it is asked for. */
export async function offerFirst(
  ports: OfferNeeds,
  flow: Offering,
  resource: Resource,
  options: readonly FactorOption[],
  whence: Whence,
): Promise<Verdict<Offered>> {
  const first = firstOption(options, flow.prefer);
  if (first?.kind === 'ocra') return offerFactor(ports, flow, resource, first, whence);
  return { step: flow.transaction ? 'sign' : 'otp' };
}
