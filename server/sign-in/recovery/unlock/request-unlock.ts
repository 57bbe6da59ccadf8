import type { FlowView } from '@countersign/protocol/flow';
import { readAccess } from '../../../authentication/read-access.ts';
import { callDependency } from '../../../kernel/dependency.ts';
import type { FlowId } from '../../../kernel/ids.ts';
import { type MailBrand, type MailLanguage, mailBrand } from '../../../kernel/mail.ts';
import { createEvent } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { newSecret } from '../../../kernel/secret-token.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import { demandProof } from '../../../proof-of-work/demand-proof.ts';
import type { Resource } from '../../../resources/resource.ts';
import { type Decision, newOperation, transact } from '../../../store/transact.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { userDocument } from '../../../users/documents.ts';
import { locateUser } from '../../../users/find-user.ts';
import type { User } from '../../../users/user.ts';
import { flowDocument } from '../../documents.ts';
import type { Flow, FlowAt } from '../../flow.ts';
import { userContext } from '../../flow-events.ts';
import { claimStep, holdsClaim, releaseClaim } from '../../flow-transitions.ts';
import type { SignInPorts, StepRequest } from '../../step-outcome.ts';
import { putFlow, readFlow, releaseStep } from '../../stored-flow.ts';
import { presentFlow } from '../../view-flow.ts';
import { newUserLink } from '../issue-user-link.ts';
import { unlockLinkDocument } from './documents.ts';
import {
  UNLOCK_LINK_LIFETIME_MS,
  UNLOCK_MAILS_PER_USER,
  UNLOCK_MAILS_WINDOW_MS,
  unlockOf,
  writeUnlockPath,
} from './unlock-link.ts';
import { canRequestUnlock } from './unlockable-tokens.ts';

/**
 * A user who has shown their password and has a token locked by wrong codes is mailed a link that unlocks it. The
 * sign-in stays ended; the user then starts another.
 */
export async function requestUnlock(
  ports: SignInPorts,
  answer: StepRequest & { language: MailLanguage },
): Promise<Result<FlowView>> {
  const known = await readFlow(ports, answer.handle);
  if (known) answer.client.onAccount?.(known.account);
  if (!known) return refusal('FLOW_NOT_FOUND');
  const { id, resource, account } = known;
  const { client, solution } = answer;
  const unproven = await demandProof(ports, { purpose: 'code', resource, account, client, solution });
  if (unproven) return unproven;
  const attempt = newOperation(ports);
  const held = await claimOffer(ports, id, attempt);
  if (isRefusal(held)) return held;
  if (held.flow.unlock === 'sent') return presentFlow(ports, held.flow);
  let sent: Result<{ sent: true }>;
  try {
    sent = await mailLink(ports, held.flow, answer);
  } catch (error) {
    await releaseStep(ports, flowDocument.key, id, attempt);
    throw error;
  }
  const key = flowDocument.key(id);
  const nextFlow = await transact(ports, key.anchor, [key], ([current]): Decision<Flow | undefined> => {
    if (current?.value.step !== 'denied' || !holdsClaim(current.value, attempt)) {
      return { answer: current?.value };
    }
    const free = releaseClaim(current.value);
    const next: Flow = isRefusal(sent) ? free : { ...free, unlock: 'sent' };
    return { answer: next, write: putFlow(flowDocument.key, next) };
  });
  if (isRefusal(sent)) return sent;
  return nextFlow ? presentFlow(ports, nextFlow) : refusal('FLOW_NOT_FOUND');
}

/** Claimed for one attempt before anything is sent, so that a double click sends one mail (SR-48). */
function claimOffer(ports: SignInPorts, id: FlowId, attempt: string): Promise<Result<{ flow: FlowAt<'denied'> }>> {
  const key = flowDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ flow: FlowAt<'denied'> }>> => {
    const flow = stored?.value;
    if (!flow) return { answer: refusal('FLOW_NOT_FOUND') };
    if (flow.step !== 'denied') return { answer: refusal('STEP_NOT_EXPECTED') };
    if (flow.unlock === 'sent') return { answer: { flow } };
    if (flow.unlock !== 'offered') return { answer: refusal('STEP_NOT_EXPECTED') };
    const claimed = claimStep(flow, { steps: ['denied'], seq: flow.seq, attempt }, now);
    if ('refused' in claimed) return { answer: refusal(claimed.refused) };
    return { answer: claimed, write: putFlow(flowDocument.key, claimed.flow) };
  });
}

async function mailLink(
  ports: SignInPorts,
  flow: Flow,
  answer: StepRequest & { language: MailLanguage },
): Promise<Result<{ sent: true }>> {
  if (ports.courier.isAbsent) return refusal('MAIL_NOT_CONFIGURED');
  const access = await readAccess(ports, flow.resource, answer.client.address);
  if (isRefusal(access)) return access;
  const user = await readLockedUser(ports, flow, access.resource);
  if (!user) return refusal('ACCESS_DENIED');
  const now = ports.clock.now();
  const rate = await ports.store.increment(`unlock/for/${user.id}`, UNLOCK_MAILS_WINDOW_MS, UNLOCK_MAILS_PER_USER, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
  return sendLink(ports, flow, user, { ...answer, brand: mailBrand(access.resource) });
}

/** The user as they are now, if the factors that they showed are still valid and a token is still locked. */
async function readLockedUser(ports: SignInPorts, flow: Flow, resource: Resource): Promise<User | undefined> {
  const known = flow.user === undefined ? undefined : await locateUser(ports, flow.account, flow.user);
  if (!known || !flow.passwordVerified) return undefined;
  const { user, tokens } = await loadAssignedTokens(ports, known, flow.resource);
  if (!user || flow.passwordDigest !== passwordDigest(user)) return undefined;
  const offers = await canRequestUnlock(
    ports,
    resource,
    user,
    tokens.map(({ value }) => value),
  );
  return offers ? user : undefined;
}

async function sendLink(
  ports: SignInPorts,
  flow: Flow,
  { id }: User,
  { client, language, brand }: StepRequest & { language: MailLanguage; brand: MailBrand },
): Promise<Result<{ sent: true }>> {
  const key = userDocument.key(id);
  const secret = newSecret(ports);
  type Written = Result<{ email: string; login: string }>;
  const written = await transact(ports, key.anchor, [key], ([stored], at): Decision<Written> => {
    const user = stored?.value;
    const { email, login } = user ?? {};
    if (!user || user.blocked || email === undefined || login === undefined)
      return { answer: refusal('ACCESS_DENIED') };
    const value = unlockOf(newUserLink(secret, user, at + UNLOCK_LINK_LIFETIME_MS), user, flow.resource);
    const event = { type: 'user.unlock-asked', subject: user.id, resource: flow.resource } as const;
    const put = [{ key: unlockLinkDocument.key(user.id), value, expiresAt: value.expiresAt }];
    return { answer: { email, login }, write: { put, append: [createEvent(userContext(flow, client), event, at)] } };
  });
  if (isRefusal(written)) return written;
  const { email, login } = written;
  const path = writeUnlockPath({ user: id, secret }, language, flow.resource);
  const facts = { login, path, lifetimeMs: UNLOCK_LINK_LIFETIME_MS };
  await callDependency('sending a mail', () =>
    ports.courier.send({ kind: 'unlock-link', to: email, language, facts, brand }),
  );
  return { sent: true };
}
