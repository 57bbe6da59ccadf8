import type { FactorOption } from '@countersign/protocol/flow';
import { isFirstFactorCurrent } from '../authentication/first-factor.ts';
import { acceptedKindsFrom, firstOption, tokensOfOption } from '../authentication/second-factor.ts';
import { signingKinds } from '../authentication/signing.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal, withAudit } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { KIND_ACTIONS } from '../tokens/kinds/actions.ts';
import { KIND_RULES, kindOfFactor } from '../tokens/kinds/rules.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import type { PrepareContext, PrepareNeeds } from '../tokens/prepare-context.ts';
import type { Token } from '../tokens/token.ts';
import { readUser } from '../users/find-user.ts';
import type { Flow, FlowAt, SecondStep } from './flow.ts';
import { userContext } from './flow-events.ts';
import type { ChallengeDraft } from './flow-transitions.ts';

/**
 * Prepares the first option if that costs nothing: a question, or a passkey challenge. A challenge that costs something
 * waits until the user picks it.
 *
 * @param usable the tokens behind the options
 */
export async function prepareFirst(
  ports: PrepareNeeds,
  flow: Pick<Flow, 'id' | 'expiresAt' | 'prefer' | 'transaction'>,
  resource: Resource,
  { options, usable }: { options: readonly FactorOption[]; usable: readonly Token[] },
): Promise<Result<ChallengeDraft>> {
  const { id, transaction, expiresAt } = flow;
  const first = firstOption(options, flow.prefer);
  if (!first) return { step: 'otp' };
  const accepts = usable.map(({ factor }) => factor.kind);
  return prepareOption(ports, first, { flow: id, resource, accepts, transaction, expiresAt }, usable);
}

/**
 * Prepares the option that the user has picked, if everything that they have shown is still valid. A code is sent, a
 * question created.
 */
export async function prepareFactor(
  ports: PrepareNeeds,
  flow: FlowAt<SecondStep>,
  resource: Resource,
  option: FactorOption,
  { client, language }: { client: ClientInfo; language: MailLanguage },
): Promise<Result<ChallengeDraft>> {
  const { id, transaction, expiresAt, origin } = flow;
  const kind = kindOfFactor(option.kind);
  if (!kind || (transaction && KIND_RULES[kind].transactionMax === undefined)) return refusal('STEP_NOT_EXPECTED');
  if (!KIND_ACTIONS[kind].prepare) return { step: KIND_RULES[kind].step };
  // Nothing is sent for a name alone (SR-17): a first factor, or the host's backend, has to identify the user.
  if (flow.user === undefined) return refusal('STEP_NOT_EXPECTED');
  const known = await readUser(ports, flow.account, flow.user);
  if (!known) return refusal('ACCESS_DENIED');
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  // After a change of the password, or of the address, the old one must not send codes (SR-38).
  if (!user || !isFirstFactorCurrent(flow, resource, user)) return refusal('ACCESS_DENIED', {}, { about: known.id });
  const accepts = transaction ? signingKinds(resource, transaction, user) : acceptedKindsFrom(user, resource);
  const delivery = { act: userContext(flow, client), language, origin };
  const context = { flow: id, resource, accepts, transaction, expiresAt, delivery };
  const values = tokens.map(({ value }) => value);
  const prepared = await prepareOption(ports, option, context, values);
  return isRefusal(prepared) ? withAudit(prepared, { about: user.id }) : prepared;
}

async function prepareOption(
  ports: PrepareNeeds,
  option: FactorOption,
  context: PrepareContext,
  tokens: readonly Token[],
): Promise<Result<ChallengeDraft>> {
  const kind = kindOfFactor(option.kind);
  if (!kind) return refusal('STEP_NOT_EXPECTED');
  const prepared = await KIND_ACTIONS[kind].prepare?.(ports, context, tokensOfOption(option, tokens));
  if (prepared && isRefusal(prepared)) return prepared;
  return { step: KIND_RULES[kind].step, ...prepared };
}
