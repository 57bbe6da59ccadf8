import { DependencyFailed } from '../../kernel/dependency.ts';
import { mayHelpUser } from '../../kernel/policy.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { type LinkNeeds, type LinkOrder, type MadeLink, makeLink } from '../../links/make-link.ts';
import { refuseDelivery, refuseHelpDesk } from '../../messages/deliver-link.ts';
import { MAIL_FAILURE_TEXTS } from '../../messages/mail-failure-texts.ts';
import { opensByToken } from '../../sign-in/enrolment/enrolment-link.ts';
import { findEnrolmentResource } from '../../sign-in/enrolment/enrolment-resource.ts';
import { opensByPassword } from '../../sign-in/recovery/password-reset/reset-link.ts';
import { readObject } from '../../store/records/read-object.ts';
import { userDocument } from '../../users/documents.ts';

/** A request has thirty seconds. Mails that are not sent by then are refused, to be asked for again. */
const MAILING_MS = 15_000;
const RETRY_MS = 1000;

/** Why no link would be made; undefined if one may be. */
export async function judgeLink(
  ports: LinkNeeds,
  { actor }: RequestContext,
  row: LinkOrder,
): Promise<Refusal | undefined> {
  const found = await readObject(ports, actor.account, userDocument.key(row.user), 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { object: user } = found;
  if (!mayHelpUser(actor, user)) return refusal('FORBIDDEN');
  if (user.blocked) return refusal('USER_BLOCKED');
  const undeliverable = refuseDelivery(ports, actor, row.delivery, user.email);
  if (undeliverable) return undeliverable;
  if (row.kind === 'password') return refuseHelpDesk(actor, row.delivery, await opensByPassword(ports, user));
  if (row.kind !== 'enrolment') return undefined;
  const chosen = await findEnrolmentResource(ports, actor, user, row.resource);
  return isRefusal(chosen) ? chosen : refuseHelpDesk(actor, row.delivery, opensByToken(user));
}

/** One who asks for a link of a single user may mean a second token. Of many, those who lack one are meant. */
async function hasWorkingToken(
  ports: LinkNeeds,
  { actor }: RequestContext,
  { user: id, kind, resource }: LinkOrder,
): Promise<boolean> {
  if (kind !== 'enrolment' || resource === undefined) return false;
  const found = await readObject(ports, actor.account, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(found) || !mayHelpUser(actor, found.object)) return false;
  const chosen = await findEnrolmentResource(ports, actor, found.object, resource);
  return isRefusal(chosen) && chosen.refused === 'ENROLMENT_NOT_NEEDED';
}

/**
 * Makes the links of one request. A mail server that is down or slow is asked no more: the other rows are refused at
 * once and lose nothing, because their users keep the links that they have.
 */
export function linkMaker(ports: LinkNeeds, act: RequestContext): (row: LinkOrder) => Promise<Result<MadeLink>> {
  const until = ports.clock.now() + MAILING_MS;
  let isDown = false;

  return async (row) => {
    if (await hasWorkingToken(ports, act, row)) return refusal('ENROLMENT_NOT_NEEDED');
    if (row.delivery === 'hand-over') return makeLink(ports, act, row);
    if (isDown || ports.clock.now() >= until) return refusal('OVERLOADED', { retryAfterMs: RETRY_MS });
    try {
      return await makeLink(ports, act, row, { isOnce: true });
    } catch (error) {
      const cause = error instanceof DependencyFailed ? error.cause : undefined;
      if (!(cause instanceof MailerUnavailable)) throw error;
      // An address that is refused says nothing about the next one.
      if (cause.failure === 'recipient') return refusal('MAIL_NOT_SENT', { detail: MAIL_FAILURE_TEXTS.recipient });
      isDown = true;
      throw error;
    }
  };
}
