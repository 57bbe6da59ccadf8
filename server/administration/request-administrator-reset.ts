import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { unknownSubject } from '../authentication/decoy-attempt.ts';
import { answerWithoutMail, countMail, countResetRequest } from '../authentication/reset-request.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { hashSecret, newSecret } from '../kernel/secret-token.ts';
import { PASSWORD_RESET_LIFETIME_MS, resetMail } from '../messages/reset-mail.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { newOperation } from '../store/transact.ts';
import type { AdministratorReset } from './administrator-link.ts';
import { writeLink } from './administrator-link.ts';
import { mayResetByMail } from './administrator-reset.ts';
import { administratorResetDocument } from './documents.ts';
import { locateTypedAdministrator } from './locate-typed.ts';
import { accountOf } from './login/start-sign-in.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'courier'>;

/**
 * Requests a reset of a forgotten administrator password. Response and time are the same for known and unknown
 * addresses, with or without a mail: one durable commit (SR-40). The caller runs `deliver` after the response.
 */
export async function requestAdministratorReset(
  ports: Needs,
  client: ClientInfo,
  { account: named, email }: { account?: AccountId | undefined; email: string },
): Promise<Result<{ deliver: () => Promise<void> }>> {
  const { store } = ports;
  const now = ports.clock.now();
  const tooMany = await countResetRequest(ports, 'administrator-reset', client);
  if (tooMany) return tooMany;
  // A setting of the installation, and so the same for every address.
  if (ports.courier.isAbsent) return refusal('MAIL_NOT_CONFIGURED');
  const home = await accountOf(ports, named);
  if (isRefusal(home)) return home;
  const { account } = home;

  const found = await locateTypedAdministrator(ports, account, email);
  const subject = found?.id ?? unknownSubject(ports, account, email);
  const mayMail = await countMail(ports, 'administrator-reset', subject);
  // The requester has proven nothing yet, so the event names no administrator as the actor.
  const act: RequestContext = { actor: { kind: 'user', account }, ...client };
  const draft: EventDraft = { type: 'administrator.password-reset-asked', ...omitUndefined({ subject: found?.id }) };

  if (!found || !mayResetByMail(found) || !mayMail) {
    const reason = found ? 'ACCESS_DENIED' : 'ADMINISTRATOR_NOT_FOUND';
    const event = mayMail ? createEvent(act, { ...draft, outcome: 'refused', reason }, now) : undefined;
    return answerWithoutMail(ports, event);
  }
  const secret = newSecret(ports);
  const value: AdministratorReset = {
    secretHash: hashSecret(secret),
    email: found.email,
    passwordDigest: passwordDigest(found),
    expiresAt: now + PASSWORD_RESET_LIFETIME_MS,
  };
  const key = administratorResetDocument.key(account, found.id);
  await store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value, expiresAt: value.expiresAt }],
    append: [createEvent(act, draft, now)],
  });
  const path = `/new-password#${writeLink({ account, administrator: found.id, secret })}`;
  return { deliver: () => ports.courier.send(resetMail(found.email, found.language, { login: found.email, path })) };
}
