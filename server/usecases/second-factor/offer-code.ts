import type { FactorOption } from '@countersign/protocol/flow';
import type { Flow } from '../../domain/flow.ts';
import type { Offered } from '../../domain/flow-steps.ts';
import { tokenState } from '../../domain/lockout.ts';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import type { Resource } from '../../domain/resource.ts';
import { acceptedKindsFrom, isUsable } from '../../domain/second-factor.ts';
import { maskedAddress } from '../../domain/sent-code.ts';
import { signingKinds } from '../../domain/signing.ts';
import { isSent } from '../../domain/token.ts';
import type { Whence } from '../act.ts';
import { readPairs } from '../authentication/read-pairs.ts';
import type { StepNeeds } from '../flow/answer-step.ts';
import { actOf } from '../flow/flow-events.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { readUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { codeUnderWay, type SentCode, sendCode } from './send-code.ts';

/**
 * The person picked a phone or a mailbox: a code goes there, if everything that let them get this far still stands. One that
 * is on its way is not sent again, so that going back and forth between two ways costs nothing.
 */
export async function offerCode(
  ports: StepNeeds,
  flow: Flow,
  resource: Resource,
  option: FactorOption,
  { whence, language }: { whence: Whence; language: MailLanguage },
): Promise<Verdict<Offered>> {
  // Nothing is sent for a name alone (SR-17): a first factor, or the host's backend, has said who it is.
  if (flow.user === undefined) return refusal('STEP_NOT_EXPECTED');
  const known = await readUser(ports, flow.account, flow.user);
  if (!known) return refusal('ACCESS_DENIED');
  const { user, tokens } = await readPairs(ports, known, resource.id);
  const token = tokens.find(({ value }) => value.id === option.id)?.value;
  if (!user || !token || !isSent(token)) return refusal('ACCESS_DENIED', { about: known.id });
  // Whoever had the password changed must not be rung up by the old one (SR-38).
  if (flow.passwordVerified && flow.passwordDigest !== passwordDigest(user)) {
    return refusal('ACCESS_DENIED', { about: user.id });
  }
  if (tokenState(token, ports.clock.now()) === 'locked') return refusal('TOKEN_LOCKED', { about: user.id });
  const { transaction } = flow;
  const accepts = transaction ? signingKinds(resource, transaction, user) : acceptedKindsFrom(user, resource);
  if (!isUsable(token, accepts, ports.clock.now())) return refusal('ACCESS_DENIED', { about: user.id });

  const underWay = await codeUnderWay(ports, token, flow.id);
  const step = transaction ? 'sign' : 'otp';
  if (underWay) return offered(underWay, step);
  const sent = await sendCode(ports, actOf(flow, whence), {
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

function offered({ token, expiresAt, resendAt }: SentCode, step: Offered['step']): Offered {
  return { step, sent: { token: token.id, to: maskedAddress(token.factor), expiresAt, resendAt } };
}
