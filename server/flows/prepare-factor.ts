import type { FactorOption } from '@countersign/protocol/flow';
import { acceptedKindsFrom, firstOption, tokensOfOption } from '../authentication/second-factor.ts';
import { signingKinds } from '../authentication/signing.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal, withAudit } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import type { Resource } from '../resources/resource.ts';
import type { PreparedChallenge } from '../tokens/challenge.ts';
import { prepareQuestion } from '../tokens/kinds/ocra/prepare-question.ts';
import { preparePasskey } from '../tokens/kinds/passkey/prepare-passkey.ts';
import { prepareCode } from '../tokens/kinds/sent/prepare-code.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import type { PrepareContext, PrepareNeeds } from '../tokens/prepare-context.ts';
import type { Token } from '../tokens/token.ts';
import { readUser } from '../users/find-user.ts';
import type { Flow } from './flow.ts';
import { actOf } from './flow-events.ts';
import type { ChallengeDraft } from './transitions.ts';

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
  if (!first) return { step: transaction ? 'sign' : 'otp' };
  const accepts = usable.map(({ factor }) => factor.kind);
  return prepareOption(ports, first, { flow: id, resource, accepts, transaction, expiresAt }, usable);
}

/**
 * Prepares the option that the user has picked, if everything that they have shown is still valid. A code is sent, a
 * question created.
 */
export async function prepareFactor(
  ports: PrepareNeeds,
  flow: Flow,
  resource: Resource,
  option: FactorOption,
  { client, language }: { client: ClientInfo; language: MailLanguage },
): Promise<Result<ChallengeDraft>> {
  const { id, transaction, expiresAt, origin } = flow;
  // Codes from an app or on paper need no preparation and carry no transaction.
  if (option.kind === 'code' || option.kind === 'recovery') {
    if (transaction) return refusal('STEP_NOT_EXPECTED');
    return { step: option.kind === 'code' ? 'otp' : 'recovery' };
  }
  // Nothing is sent for a name alone (SR-17): a first factor, or the host's backend, has to identify the user.
  if (flow.user === undefined) return refusal('STEP_NOT_EXPECTED');
  const known = await readUser(ports, flow.account, flow.user);
  if (!known) return refusal('ACCESS_DENIED');
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  // After a password change, the old password must not send codes (SR-38).
  if (!user || (flow.passwordVerified && flow.passwordDigest !== passwordDigest(user))) {
    return refusal('ACCESS_DENIED', {}, { about: known.id });
  }
  const accepts = transaction ? signingKinds(resource, transaction, user) : acceptedKindsFrom(user, resource);
  const delivery = { act: actOf(flow, client), language, origin };
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
  const prepared = await prepareChallenge(ports, option, context, tokensOfOption(option, tokens));
  if (isRefusal(prepared)) return prepared;
  const step = context.transaction ? 'sign' : option.kind === 'webauthn' ? 'passkey' : 'otp';
  return { step, ...prepared };
}

function prepareChallenge(
  ports: PrepareNeeds,
  { kind }: FactorOption,
  context: PrepareContext,
  tokens: readonly Token[],
): Promise<Result<PreparedChallenge>> | PreparedChallenge {
  if (kind === 'ocra') return prepareQuestion(ports, context, tokens);
  if (kind === 'webauthn') return preparePasskey(ports, context, tokens);
  return kind === 'sms' || kind === 'email' ? prepareCode(ports, context, tokens) : {};
}
