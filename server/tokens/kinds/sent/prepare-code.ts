import type { FactorOption } from '@countersign/protocol/flow';
import { acceptedKindsFrom, isUsable } from '../../../authentication/second-factor.ts';
import { signingKinds } from '../../../authentication/signing.ts';
import type { Flow } from '../../../flows/flow.ts';
import { actOf } from '../../../flows/flow-events.ts';
import type { StepPorts } from '../../../flows/step.ts';
import type { ChallengeDraft } from '../../../flows/transitions.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import type { ClientInfo } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import type { Resource } from '../../../resources/resource.ts';
import { readUser } from '../../../users/find-user.ts';
import { loadAssignedTokens } from '../../load-assigned-tokens.ts';
import { tokenState } from '../../lockout.ts';
import { isSent } from '../../token.ts';
import { maskedAddress } from './out-of-band-code.ts';
import { codeUnderWay, type SentCode, sendCode } from './send-code.ts';

/**
 * Sends a code after the user picked a phone or a mailbox, if everything that they have shown is still valid. A recent
 * code is not sent again, so that switching between two options costs nothing.
 */
export async function prepareCode(
  ports: StepPorts,
  flow: Flow,
  resource: Resource,
  option: FactorOption,
  { client, language }: { client: ClientInfo; language: MailLanguage },
): Promise<Result<ChallengeDraft>> {
  // Nothing is sent for a name alone (SR-17): a first factor, or the host's backend, has to identify the user.
  if (flow.user === undefined) return refusal('STEP_NOT_EXPECTED');
  const known = await readUser(ports, flow.account, flow.user);
  if (!known) return refusal('ACCESS_DENIED');
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  const token = tokens.find(({ value }) => value.id === option.id)?.value;
  if (!user || !token || !isSent(token)) return refusal('ACCESS_DENIED', {}, { about: known.id });
  // After a password change, the old password must not send codes (SR-38).
  if (flow.passwordVerified && flow.passwordDigest !== passwordDigest(user)) {
    return refusal('ACCESS_DENIED', {}, { about: user.id });
  }
  if (tokenState(token, ports.clock.now()) === 'locked') return refusal('TOKEN_LOCKED', {}, { about: user.id });
  const { transaction } = flow;
  const accepts = transaction ? signingKinds(resource, transaction, user) : acceptedKindsFrom(user, resource);
  if (!isUsable(token, accepts, ports.clock.now())) return refusal('ACCESS_DENIED', {}, { about: user.id });

  const underWay = await codeUnderWay(ports, token, flow.id);
  const step = transaction ? 'sign' : 'otp';
  if (underWay) return offered(underWay, step);
  const sent = await sendCode(ports, actOf(flow, client), {
    token,
    resource,
    scope: flow.id,
    language,
    origin: flow.origin,
    ...(transaction && { transaction, until: flow.expiresAt }),
    related: [user.id, flow.id],
  });
  return isRefusal(sent) ? sent : offered(sent, step);
}

function offered({ token, expiresAt, resendAt }: SentCode, step: ChallengeDraft['step']): ChallengeDraft {
  return { step, sent: { token: token.id, to: maskedAddress(token.factor), expiresAt, resendAt } };
}
