import type { EventDraft } from '../../kernel/event.ts';
import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { normaliseName } from '../../kernel/names.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { isSameSecret } from '../../kernel/secret-token.ts';
import { DAY_MS } from '../../kernel/time.ts';
import {
  CONFIRMATION_ATTEMPTS,
  CONFIRMATION_LIFETIME_MS,
  type Confirmation,
  countWrongConfirmation,
} from '../../messages/confirmation.ts';
import { notifyUser } from '../../messages/notify.ts';
import { transact } from '../../store/transact.ts';
import { confirmationCodeText, plainCode } from '../../tokens/kinds/recovery/recovery-code-format.ts';
import { ADDRESS_WINDOW_MS } from '../../tokens/kinds/sent/code-limits.ts';
import { isAddressFor } from '../../tokens/kinds/sent/out-of-band-code.ts';
import { changeNames } from '../../users/change-names.ts';
import { setOwnEmail } from '../../users/mailbox.ts';
import type { User } from '../../users/user.ts';
import { flowDocument } from '../documents.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { putFlow } from '../stored-flow.ts';
import { factsOf } from './context.ts';
import { ended, hasSameCredentials, runSelfServiceAction, type SelfServiceAction } from './run-action.ts';
import { judgeSelfServiceAction } from './self-service.ts';

/** Mailed codes: for one user, and to one address from all users of an account. */
const PER_WINDOW = 3;
const PER_DAY = 10;

/**
 * Requests a change of address. The address changes once the code that is sent there is confirmed. The response is the
 * same for an address that belongs to another user; only its owner is informed.
 */
export function requestEmailChange(
  ports: SignInPorts,
  answer: StepRequest & { email: string; language: MailLanguage },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'email', answer, async (own) => {
    if (ports.courier.isAbsent) return refusal('MAIL_NOT_CONFIGURED');
    const { email: address } = answer;
    if (!isAddressFor('email', address)) return refusal('INPUT_INVALID');
    const full = await countMails(ports, own, address);
    if (full) return full;
    const code = confirmationCodeText(ports.random.bytes(5));
    const mac = codeMac(ports, own, address, code);
    const confirmation: Confirmation = { mac, attemptsLeft: CONFIRMATION_ATTEMPTS };
    const expiresAt = ports.clock.now() + CONFIRMATION_LIFETIME_MS;
    const facts = { code, lifetimeMs: CONFIRMATION_LIFETIME_MS };
    try {
      const brand = mailBrand(own.resource);
      await ports.courier.send({ kind: 'confirmation-code', to: address, language: answer.language, facts, brand });
    } catch (error) {
      if (!(error instanceof MailerUnavailable)) throw error;
      return refusal('CODE_NOT_SENT');
    }
    return { done: { email: { address, confirmation, expiresAt } } };
  });
}

/** Confirms the code: sets the address, notifies the previous one, and sends later mails to the new one. */
export function confirmEmailChange(
  ports: SignInPorts,
  answer: StepRequest & { code: string; language: MailLanguage },
): Promise<Result<Flow>> {
  // The factors were fresh when the change was requested; a mail may be slow.
  return runSelfServiceAction(ports, undefined, answer, async (own) => {
    const judged = judgeSelfServiceAction('email', factsOf(own), ports.clock.now());
    if (judged === 'off') return refusal('SELF_SERVICE_OFF');
    if (judged === 'lacking') return refusal('PROOF_LACKING');
    const pending = own.session.email;
    if (!pending || !(ports.clock.now() < pending.expiresAt)) return refusal('NOTHING_ASKED');
    const { address, confirmation } = pending;
    if (!isSameSecret(codeMac(ports, own, address, answer.code), confirmation.mac)) {
      await countWrong(ports, own, confirmation);
      return refusal('CONFIRMATION_WRONG');
    }
    const { act, user, session } = own;
    const edit = (now: User) =>
      hasSameCredentials(now, own) ? setOwnEmail(now, address, !session.proof.second) : ended;
    const changed = await changeNames(ports, act, user.id, { email: address }, edit, undefined);
    if (isRefusal(changed)) return changed;
    notifyUser(ports, user.email === undefined ? changed.object : user, 'email', {
      ...answer,
      brand: mailBrand(own.resource),
    });
    return { done: { email: undefined }, user: changed.object };
  });
}

/** Cancels a change of address. */
export function cancelEmailChange(ports: SignInPorts, answer: StepRequest): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, undefined, answer, async () => ({ done: { email: undefined } }));
}

/** The last wrong code discards the address. The attempt holds the step, so no other request writes here. */
function countWrong(
  ports: SignInPorts,
  { act, flow, user }: SelfServiceAction,
  confirmation: Confirmation,
): Promise<void> {
  const key = flowDocument.key(flow.id);
  return transact(ports, key.anchor, [key], ([stored], now) => {
    const held = stored?.value;
    if (!held?.self?.email) return { answer: undefined };
    const { email, ...rest } = held.self;
    const left = countWrongConfirmation(confirmation);
    const self = left ? { ...rest, email: { ...email, confirmation: left } } : rest;
    const event: EventDraft = {
      type: 'user.refused',
      subject: user.id,
      resource: flow.resource,
      outcome: 'refused',
      reason: 'CONFIRMATION_WRONG',
    };
    const append = [createEvent(act, event, now)];
    return { answer: undefined, write: { ...putFlow(flowDocument.key, { ...held, self }), append } };
  });
}

/** A MAC under the service's key, because the code is short. Bound to user, page and address. */
function codeMac(ports: SignInPorts, { user, flow }: SelfServiceAction, address: string, code: string): string {
  const mac = ports.secrets.mac('own-email', JSON.stringify([user.id, flow.id, address, plainCode(code)]));
  return Buffer.from(mac).toString('base64url');
}

/** Counted whether or not the mail is sent. */
async function countMails(
  ports: SignInPorts,
  { user }: SelfServiceAction,
  address: string,
): Promise<Refusal | undefined> {
  const now = ports.clock.now();
  const mac = ports.secrets.mac('own-email-to', JSON.stringify([user.account, normaliseName(address)]));
  for (const whose of [user.id, Buffer.from(mac).toString('base64url')]) {
    for (const [windowMs, limit] of [
      [ADDRESS_WINDOW_MS, PER_WINDOW],
      [DAY_MS, PER_DAY],
    ] as const) {
      const { allowed, resetAt } = await ports.store.increment(`own-email/${windowMs}/${whose}`, windowMs, limit, now);
      if (!allowed) return refusal('CODE_LIMIT', { retryAfterMs: Math.max(1, resetAt - now) });
    }
  }
  return undefined;
}
