import type { FlowView } from '@countersign/protocol/flow';
import type { Flow } from '../../domain/flow.ts';
import { claimStep, holdsClaim, released } from '../../domain/flow-steps.ts';
import type { FlowId } from '../../domain/ids.ts';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import type { Resource } from '../../domain/resource.ts';
import {
  UNLOCK_LINK_LIFETIME_MS,
  UNLOCKS_PER_PERSON,
  UNLOCKS_WINDOW_MS,
  type UnlockLink,
} from '../../domain/unlock-link.ts';
import type { User } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { eventOf } from '../act.ts';
import { readAccess } from '../authentication/read-access.ts';
import { readPairs } from '../authentication/read-pairs.ts';
import type { StepAnswer, StepNeeds } from '../flow/answer-step.ts';
import { actOf } from '../flow/flow-events.ts';
import { hashSecret, newSecret } from '../flow/flow-handle.ts';
import { keeping, letGo } from '../flow/hold-step.ts';
import { readFlow } from '../flow/sealed-flow.ts';
import { presentFlow } from '../flow/view-flow.ts';
import { needing } from '../needing.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { writePersonLink } from '../person-link.ts';
import { type Decision, newOperation, transact } from '../transact.ts';
import { locateUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { mayAskUnlock } from './unlockable-tokens.ts';

type Needs = StepNeeds & Pick<Ports, 'courier'>;

/**
 * Whoever has shown their password and stands before a token that wrong codes have locked has a link mailed to them that
 * unlocks it. The sign-in stays ended; the next one begins anew.
 */
export async function askUnlock(
  ports: Needs,
  answer: StepAnswer & { language: MailLanguage },
): Promise<Verdict<FlowView>> {
  const known = await readFlow(ports, answer.handle);
  if (!known) return refusal('FLOW_NOT_FOUND');
  const { id } = known;
  const attempt = newOperation(ports);
  const held = await holdOffer(ports, id, attempt);
  if (isRefusal(held)) return held;
  if (held.flow.unlock === 'sent') return presentFlow(ports, held.flow);
  let sent: Verdict<{ sent: true }>;
  try {
    sent = await mailLink(ports, held.flow, answer);
  } catch (error) {
    await letGo(ports, documents.flow, id, attempt).catch(() => undefined);
    throw error;
  }
  const key = documents.flow(id);
  const told = await transact(ports, key.anchor, [key], ([current]): Decision<Flow | undefined> => {
    if (!current || !holdsClaim(current.value, attempt)) return { answer: current?.value };
    const free = released(current.value);
    const next: Flow = isRefusal(sent) ? free : { ...free, unlock: 'sent' };
    return { answer: next, write: keeping(documents.flow, next) };
  });
  if (isRefusal(sent)) return sent;
  return told ? presentFlow(ports, told) : refusal('FLOW_NOT_FOUND');
}

/** Taken for one attempt before anything is sent, so that a double click is one mail (SR-48). */
function holdOffer(ports: Needs, id: FlowId, attempt: string): Promise<Verdict<{ flow: Flow }>> {
  const key = documents.flow(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Verdict<{ flow: Flow }>> => {
    const flow = stored?.value;
    if (!flow) return { answer: refusal('FLOW_NOT_FOUND') };
    if (flow.unlock === 'sent') return { answer: { flow } };
    if (flow.step !== 'denied' || flow.unlock !== 'offered') return { answer: refusal('STEP_NOT_EXPECTED') };
    const claimed = claimStep(flow, { steps: ['denied'], seq: flow.seq, attempt }, now);
    if ('refused' in claimed) return { answer: refusal(claimed.refused) };
    return { answer: claimed, write: keeping(documents.flow, claimed.flow) };
  });
}

async function mailLink(
  ports: Needs,
  flow: Flow,
  answer: StepAnswer & { language: MailLanguage },
): Promise<Verdict<{ sent: true }>> {
  const access = await readAccess(ports, flow.resource, answer.whence.address);
  if (isRefusal(access)) return access;
  const person = await stillLockedOut(ports, flow, access.resource);
  if (!person) return refusal('ACCESS_DENIED');
  const now = ports.clock.now();
  const rate = await ports.store.increment(`unlock/for/${person.id}`, UNLOCKS_WINDOW_MS, UNLOCKS_PER_PERSON, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
  return sendLink(ports, flow, person, answer);
}

/** The person as they are now, if what they showed still counts and there is still something to unlock. */
async function stillLockedOut(ports: Needs, flow: Flow, resource: Resource): Promise<User | undefined> {
  const known = flow.user === undefined ? undefined : await locateUser(ports, flow.account, flow.user);
  if (!known || !flow.passwordVerified) return undefined;
  const { user, tokens } = await readPairs(ports, known, flow.resource);
  if (!user || flow.passwordDigest !== passwordDigest(user)) return undefined;
  const offers = await mayAskUnlock(
    ports,
    resource,
    user,
    tokens.map(({ value }) => value),
  );
  return offers ? user : undefined;
}

async function sendLink(
  ports: Needs,
  flow: Flow,
  person: User,
  { whence, language }: StepAnswer & { language: MailLanguage },
): Promise<Verdict<{ sent: true }>> {
  const key = documents.user(person.id);
  const secret = newSecret(ports);
  type Written = Verdict<{ email: string; login: string }>;
  const written = await transact(ports, key.anchor, [key], ([stored], at): Decision<Written> => {
    const user = stored?.value;
    const { email, login } = user ?? {};
    if (!user || user.blocked || email === undefined || login === undefined)
      return { answer: refusal('ACCESS_DENIED') };
    const value: UnlockLink = {
      secretHash: hashSecret(secret),
      email,
      resource: flow.resource,
      passwordDigest: passwordDigest(user),
      expiresAt: at + UNLOCK_LINK_LIFETIME_MS,
    };
    const event = { type: 'user.unlock-asked', subject: user.id, resource: flow.resource } as const;
    const put = [{ key: documents.unlockLink(user.id), value, expiresAt: value.expiresAt }];
    return { answer: { email, login }, write: { put, append: [eventOf(actOf(flow, whence), event, at)] } };
  });
  if (isRefusal(written)) return written;
  const { email, login } = written;
  const path = `/unlock?lang=${language}#${writePersonLink({ user: person.id, secret })}`;
  const facts = { login, path, lifetimeMs: UNLOCK_LINK_LIFETIME_MS };
  await needing('sending a mail', () => ports.courier.send({ kind: 'unlock-link', to: email, language, facts }));
  return { sent: true };
}
