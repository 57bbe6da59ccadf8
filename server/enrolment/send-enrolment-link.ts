import { callDependency } from '../kernel/dependency.ts';
import type { ResourceId, UserId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { mayChangeUser } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { hashSecret, newSecret } from '../kernel/secret-token.ts';
import { writeUserLink } from '../messages/user-link.ts';
import { readObject } from '../records/read-object.ts';
import { resourceDocument } from '../resources/documents.ts';
import { refusedOn } from '../resources/resource-access.ts';
import { type Decision, transact } from '../store/transact.ts';
import { isOwnMailbox } from '../tokens/kinds/sent/enrolment-address.ts';
import { assignmentTo } from '../users/assignments.ts';
import { userDocument } from '../users/documents.ts';
import { enrolmentLinkDocument, enrolmentTriesDocument } from './documents.ts';
import {
  ENROLMENT_LINK_LIFETIME_MS,
  ENROLMENT_LINKS_PER_USER,
  ENROLMENT_LINKS_WINDOW_MS,
  type EnrolmentLink,
} from './enrolment-link.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>;

/**
 * Mails a user a link to set up a token, at the request of an administrator or the site's backend: for a new user or
 * one who lost their token. The caller learns only that it was sent, neither the link nor the token (SR-23, SR-41).
 */
export async function sendEnrolmentLink(
  ports: Needs,
  act: RequestContext,
  id: UserId,
  { resource: on, language }: { resource: ResourceId; language: MailLanguage },
): Promise<Result<{ expiresAt: number }>> {
  const { account } = act.actor;
  const key = userDocument.key(id);
  const known = await readObject(ports, account, key, 'USER_NOT_FOUND');
  if (isRefusal(known)) return known;
  const found = await readObject(ports, account, resourceDocument.key(on), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { object: resource } = found;
  const refused = refusedOn(act, on);
  if (refused) return refused;
  if (!mayChangeUser(act.actor, known.object)) return refusal('FORBIDDEN');
  if (!resource.enrolment) return refusal('ENROLMENT_OFF');
  const now = ports.clock.now();
  const rate = await ports.store.increment(
    `enrolment-link/of/${id}`,
    ENROLMENT_LINKS_WINDOW_MS,
    ENROLMENT_LINKS_PER_USER,
    now,
  );
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  const secret = newSecret(ports);
  type Started = Result<{ email: string; login: string; expiresAt: number }>;
  const started = await transact(ports, key.anchor, [key], ([stored], at): Decision<Started> => {
    const user = stored?.value;
    if (user?.account !== account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayChangeUser(act.actor, user)) return { answer: refusal('FORBIDDEN') };
    if (user.blocked) return { answer: refusal('USER_BLOCKED') };
    const { email, login } = user;
    if (email === undefined) return { answer: refusal('EMAIL_MISSING') };
    // A thief of the password would read the link and set up a token with it.
    if (!isOwnMailbox(user, 'password')) return { answer: refusal('EMAIL_ON_PASSWORD') };
    if (!assignmentTo(user, on)) return { answer: refusal('ASSIGNMENT_NOT_FOUND') };
    const expiresAt = at + ENROLMENT_LINK_LIFETIME_MS;
    const value: EnrolmentLink = { secretHash: hashSecret(secret), email, resource: on, expiresAt };
    const append = [createEvent(act, { type: 'user.enrolment-asked', subject: id, resource: on }, at)];
    const put = [{ key: enrolmentLinkDocument.key(id), value, expiresAt }];
    // The link resets the tries, so that wrong codes typed by the user or a stranger no longer count (SR-14).
    const gone = [enrolmentTriesDocument.key(id)];
    return { answer: { email, login, expiresAt }, write: { put, delete: gone, append } };
  });
  if (isRefusal(started)) return started;
  const { email, login, expiresAt } = started;
  // The secret is in the fragment, which browsers do not send: no log contains it, and no mail scanner uses it up.
  const path = `/widget/v1/enrol?resource=${on}&lang=${language}#${writeUserLink({ user: id, secret })}`;
  const facts = { login, site: resource.name, path, lifetimeMs: ENROLMENT_LINK_LIFETIME_MS };
  await callDependency('sending a mail', () =>
    ports.courier.send({ kind: 'enrolment-link', to: email, language, facts }),
  );
  return { expiresAt };
}
