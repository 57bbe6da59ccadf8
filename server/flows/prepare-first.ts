import type { FactorOption } from '@countersign/protocol/flow';
import { firstOption } from '../authentication/second-factor.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Result } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { type PrepareContext, prepareQuestion } from '../tokens/kinds/ocra/prepare-question.ts';
import { createChallengeFor, type PasskeyNeeds } from '../tokens/kinds/passkey/new-challenge.ts';
import type { Token } from '../tokens/token.ts';
import type { ChallengeDraft } from './transitions.ts';

/**
 * Prepares the first option if that costs nothing: a question, or a passkey challenge. A challenge that costs something
 * waits until the user picks it.
 *
 * @param usable the tokens behind the options
 */
export async function prepareFirst(
  ports: PasskeyNeeds & Pick<Ports, 'store' | 'clock' | 'random'>,
  flow: PrepareContext,
  resource: Resource,
  { options, usable }: { options: readonly FactorOption[]; usable: readonly Token[] },
): Promise<Result<ChallengeDraft>> {
  const { transaction } = flow;
  const first = firstOption(options, flow.prefer);
  if (first?.kind === 'ocra') return prepareQuestion(ports, flow, resource, first);
  if (first?.kind !== 'webauthn') return { step: transaction ? 'sign' : 'otp' };
  const passkey = createChallengeFor(ports, usable, transaction?.hash);
  return { step: transaction ? 'sign' : 'passkey', ...(passkey && { passkey }) };
}
