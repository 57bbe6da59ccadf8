import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { decoyAttemptDocument } from '../../authentication/documents.ts';
import { mailboxDigest, mailboxOf } from '../../authentication/first-factor.ts';
import { locateTyped } from '../../authentication/locate-typed.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { AccountId, FlowId } from '../../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { anyRecord, readKnownNetwork, userSubject } from '../../passwords/password-counters.ts';
import type { Resource } from '../../resources/resource.ts';
import { newOperation } from '../../store/transact.ts';
import { newCode } from '../../tokens/kinds/sent/send-code.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import type { User } from '../../users/user.ts';
import { chargeMailedCode, countMailedRequest } from './count-mailed-code.ts';
import { MAILED_CODE_DIGITS, type MailedCode, newMailedCode, resendMailedMs } from './mailed-code.ts';
import { macOf } from './match-mailed-code.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes'>;

interface MailedCodeOrder {
  flow: { id: FlowId; account: AccountId; origin: string };
  /** As typed, or the id of the user whom the host has named. */
  name: string;
  resource: Resource;
  client: ClientInfo;
  language: MailLanguage;
  /** The code that this one replaces. */
  before: MailedCode | undefined;
}

/** `event` and the code are committed together; `deliver` runs after that, beside the response. */
interface MailedCodeDraft {
  mailed: MailedCode;
  event: EventDraft;
  deliver: () => Promise<void>;
}

/**
 * Mails a code as the first factor, to the registered address. The response and its time are the same for every name:
 * unknown, blocked, without an address, or with a password (SR-17).
 *
 * @returns CODE_LIMIT: too many, or too soon after the last. CODE_NOT_SENT: no mail is configured.
 */
export async function sendMailedCode(ports: Needs, order: MailedCodeOrder): Promise<Result<MailedCodeDraft>> {
  const { flow, name, resource, client, before } = order;
  const now = ports.clock.now();
  // A setting of the installation, and so the same for every name.
  if (!ports.codes.channels.includes('email')) return refusal('CODE_NOT_SENT');
  const waitMs = resendMailedMs(before, now);
  if (waitMs > 0) return refusal('CODE_LIMIT', { retryAfterMs: waitMs });

  const found = await locateTyped(ports, flow.account, name);
  const place = await readKnownNetwork(ports, userSubject(ports, found?.id), client.address);
  const tooMany = await countMailedRequest(ports, { account: flow.account, name, client, place });
  if (tooMany) return tooMany;

  const known = await findRecipient(ports, found, resource);
  const address = isRefusal(known) ? undefined : known.address;
  const isCharged = await chargeMailedCode(ports, { account: flow.account, place }, address);
  const recipient = isRefusal(known) || isCharged ? known : refusal('CODE_LIMIT');
  const code = newCode(ports, MAILED_CODE_DIGITS);
  const to = isRefusal(recipient)
    ? undefined
    : { user: recipient.user.id, mailboxDigest: mailboxDigest(recipient.user) };
  const mailed = newMailedCode(macOf(ports, flow.id, to, code), to, now);
  const about = { resource: resource.id, related: [flow.id], ...omitUndefined({ subject: found?.id }) };
  if (isRefusal(recipient)) {
    const event = { type: 'code.not-sent', ...about, outcome: 'refused', reason: recipient.refused } as const;
    return { mailed, event, deliver: async () => {} };
  }
  const event = { type: 'code.sent', ...about } as const;
  return { mailed, event, deliver: () => deliver(ports, order, recipient, code, mailed) };
}

interface Recipient {
  user: User;
  address: string;
}

/**
 * The user as currently stored, if they are assigned to the resource and can be mailed. Reads as much for every name.
 *
 * @returns a refusal for the audit log alone
 */
async function findRecipient(ports: Needs, found: User | undefined, resource: Resource): Promise<Result<Recipient>> {
  if (!found) {
    await ports.store.getMany([decoyAttemptDocument.key(anyRecord(ports))], ports.clock.now());
    return refusal('USER_NOT_FOUND');
  }
  const { user, tokens } = await loadAssignedTokens(ports, found, resource.id);
  const values = tokens.map(({ value }) => value);
  if (!user || !isAssigned(assignmentTo(user, resource.id), values)) return refusal('ACCESS_DENIED');
  const address = mailboxOf(user);
  return address === undefined ? refusal('EMAIL_MISSING') : { user, address };
}

async function deliver(
  ports: Needs,
  { flow, resource, client, language }: MailedCodeOrder,
  { user, address }: Recipient,
  code: string,
  { sentAt, expiresAt }: MailedCode,
): Promise<void> {
  try {
    await ports.codes.send({
      id: newOperation(ports),
      channel: 'email',
      to: address,
      language,
      code,
      isFirst: true,
      site: resource.name,
      brand: mailBrand(resource),
      origin: flow.origin,
      expiresAt,
      lifetimeMs: expiresAt - sentAt,
    });
  } catch {
    // The sender has logged why. The user has been told that a code is on its way, and can have another one sent.
    const act = { actor: { kind: 'user', account: flow.account }, ...client } as const;
    const about = { subject: user.id, resource: resource.id, related: [flow.id] };
    const now = ports.clock.now();
    const append = [createEvent(act, { type: 'code.not-sent', ...about, reason: 'CODE_NOT_SENT' }, now)];
    await ports.store.commit({ anchor: user.id, operation: newOperation(ports), now, expect: [], append });
  }
}
