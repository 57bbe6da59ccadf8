import type { FactorOption } from '@countersign/protocol/flow';
import type { Offered } from '../../domain/flow-steps.ts';
import type { Resource } from '../../domain/resource.ts';
import { firstOption } from '../../domain/second-factor.ts';
import type { Token } from '../../domain/token.ts';
import type { Ports } from '../../ports/index.ts';
import { askPasskeys, type PasskeyNeeds } from '../passkeys/new-challenge.ts';
import type { Verdict } from '../verdict.ts';
import { type Offering, offerQuestion } from './offer-question.ts';

/**
 * What the way that is asked for first needs, where it costs nothing: a question, or what a passkey is asked. What costs
 * waits until it is asked for.
 *
 * @param usable the tokens behind the options
 */
export async function offerFirst(
  ports: PasskeyNeeds & Pick<Ports, 'store' | 'clock' | 'random'>,
  flow: Offering,
  resource: Resource,
  { options, usable }: { options: readonly FactorOption[]; usable: readonly Token[] },
): Promise<Verdict<Offered>> {
  const { transaction } = flow;
  const first = firstOption(options, flow.prefer);
  if (first?.kind === 'ocra') return offerQuestion(ports, flow, resource, first);
  if (first?.kind !== 'webauthn') return { step: transaction ? 'sign' : 'otp' };
  const passkey = askPasskeys(ports, usable, transaction?.hash);
  return { step: transaction ? 'sign' : 'passkey', ...(passkey && { passkey }) };
}
