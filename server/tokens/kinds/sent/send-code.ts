import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId } from '../../../kernel/ids.ts';
import { runExclusive } from '../../../kernel/keyed-queue.ts';
import { type MailLanguage, mailBrand } from '../../../kernel/mail.ts';
import { MailerUnavailable } from '../../../kernel/ports/mailer.ts';
import type { CodePorts, Ports, ReadPorts } from '../../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { isSameSecret } from '../../../kernel/secret-token.ts';
import { type Decision, newOperation, transact } from '../../../store/transact.ts';
import type { Challenge } from '../../challenge.ts';
import { challengeDocument, tokenDocument } from '../../documents.ts';
import { isSent, type SentToken } from '../../token.ts';
import type { Transaction } from '../../transaction.ts';
import { countCode } from './count-code.ts';
import { CODE_LIFETIME_MS, codeFromBytes, movesOf, RESEND_AFTER_MS, resendWaitMs } from './out-of-band-code.ts';

export interface SendOrder {
  token: SentToken;
  /** The token does not exist yet: this code creates it. */
  isNew?: true;
  resource: { id: ResourceId; name: string };
  /** The sign-in that the code is for, or `apiScope` of the resource. */
  scope: string;
  language: MailLanguage;
  /** The transaction that the code confirms; absent at a sign-in. */
  transaction?: Transaction;
  /** The latest expiry, whatever the code's own lifetime. */
  until?: number;
  /** The origin of the page around the widget, if the sign-in has one. */
  origin?: string;
  /** Further subjects of the event. */
  related: readonly string[];
}

export interface SentCode {
  token: SentToken;
  expiresAt: number;
  /** The earliest time for another code. */
  resendAt: number;
}

/**
 * Sends a code to a token's address. The caller has verified a first factor, or the host's backend has asked: nothing
 * is sent for a name alone. The code is valid from the commit on, which precedes the sending, so a crash in between
 * costs another one; it replaces the one before and changes no failures (SR-14, SR-48).
 *
 * @returns CODE_NOT_SENT if no sender accepted it: it is void then. CODE_LIMIT: too many, or too soon after the last.
 */
export async function sendCode(ports: CodePorts, act: RequestContext, order: SendOrder): Promise<Result<SentCode>> {
  const code = newCode(ports);
  // One at a time, so that only the first of several clicks sends a code.
  const made = await runExclusive(ports.store, `code/${order.token.id}/${order.scope}`, () =>
    ask(ports, act, order, code),
  );
  if (isRefusal(made)) return made;
  const { token, challenge } = made;
  const { expiresAt } = challenge;
  try {
    await ports.codes.send({
      id: newOperation(ports),
      channel: token.factor.kind,
      to: token.factor.to,
      language: order.language,
      code,
      site: order.resource.name,
      brand: mailBrand(order.resource),
      ...omitUndefined({ confirms: order.transaction?.fields, origin: order.origin }),
      expiresAt,
      lifetimeMs: expiresAt - challenge.createdAt,
    });
  } catch (error) {
    if (!(error instanceof MailerUnavailable)) throw error;
    await withdraw(ports, act, order, challenge);
    return refusal('CODE_NOT_SENT');
  }
  return { token, ...lifeOf(challenge) };
}

type Made = Result<{ token: SentToken; challenge: Challenge }>;

/** Stores the token's challenge, unless it is too soon or too much. */
async function ask(ports: CodePorts, act: RequestContext, order: SendOrder, code: string): Promise<Made> {
  const { id, account } = order.token;
  const keys = [tokenDocument.key(id), challengeDocument.key(id, order.scope)] as const;
  const [, before] = await ports.store.getMany(keys, ports.clock.now());
  const waitMs = resendWaitMs(before?.value, order.token, ports.clock.now());
  if (waitMs > 0) return refusal('CODE_LIMIT', { retryAfterMs: waitMs });
  const full = await countCode(ports, order.token);
  if (full) return full;
  return transact<typeof keys, Made>(ports, id, keys, ([stored, current], now): Decision<Made> => {
    const token = stored?.value ?? (order.isNew && order.token);
    // The address may have changed since the token was read: nothing is sent to the old one.
    if (!token || !isSent(token) || token.epoch !== order.token.epoch || movesOf(token) !== movesOf(order.token)) {
      return { answer: refusal('CODE_NOT_SENT') };
    }
    // A parallel request was faster: one message is enough.
    const left = resendWaitMs(current?.value, token, now);
    if (left > 0) return { answer: refusal('CODE_LIMIT', { retryAfterMs: left }) };
    const challenge: Challenge = {
      kind: 'sent',
      token: id,
      account,
      resource: order.resource.id,
      mac: codeMac(ports, token, order.scope, code).toString('base64url'),
      epoch: token.epoch,
      moves: movesOf(token),
      ...omitUndefined({ transaction: order.transaction?.hash }),
      createdAt: now,
      expiresAt: Math.min(now + CODE_LIFETIME_MS, order.until ?? Number.POSITIVE_INFINITY),
    };
    const put = [{ key: keys[1], value: challenge, expiresAt: challenge.expiresAt }];
    return { answer: { token, challenge }, write: { put, append: [codeEvent(act, order, 'code.sent', now)] } };
  });
}

/** The current code in this scope, if it is too recent for another. */
export async function pendingCode(ports: ReadPorts, token: SentToken, scope: string): Promise<SentCode | undefined> {
  const now = ports.clock.now();
  const [challenge] = await ports.store.getMany([challengeDocument.key(token.id, scope)], now);
  if (!challenge || resendWaitMs(challenge.value, token, now) === 0) return undefined;
  return { token, ...lifeOf(challenge.value) };
}

function lifeOf({ createdAt, expiresAt }: Challenge): { expiresAt: number; resendAt: number } {
  return { expiresAt, resendAt: createdAt + RESEND_AFTER_MS };
}

/** Whether this is the code that was sent. */
export function isSentCode(
  ports: Pick<Ports, 'secrets'>,
  token: SentToken,
  scope: string,
  challenge: Extract<Challenge, { kind: 'sent' }>,
  code: string,
): boolean {
  return isSameSecret(codeMac(ports, token, scope, code), Buffer.from(challenge.mac, 'base64url'));
}

/**
 * A million codes can be tried against any hash, so this uses the service's key; bound to token, address and sign-in.
 */
function codeMac(ports: Pick<Ports, 'secrets'>, token: SentToken, scope: string, code: string): Buffer {
  const { account, id, factor, epoch } = token;
  return Buffer.from(
    ports.secrets.mac('sent-code', JSON.stringify([account, id, factor.to, epoch, movesOf(token), scope, code])),
  );
}

/** A random code. */
export function newCode({ random }: Pick<Ports, 'random'>, digits?: number): string {
  for (;;) {
    const code = codeFromBytes(random.bytes(16), digits);
    if (code !== undefined) return code;
  }
}

/** No sender accepted it, so it is void, and the next one need not wait. */
async function withdraw(ports: CodePorts, act: RequestContext, order: SendOrder, challenge: Challenge): Promise<void> {
  const key = challengeDocument.key(challenge.token, order.scope);
  await transact(ports, key.anchor, [key], ([current], now): Decision<void> => {
    const isStillThis =
      current?.value.kind === 'sent' && challenge.kind === 'sent' && current.value.mac === challenge.mac;
    const append = [codeEvent(act, order, 'code.not-sent', now)];
    return { answer: undefined, write: { ...(isStillThis && { delete: [key] }), append } };
  });
}

function codeEvent(act: RequestContext, order: SendOrder, type: 'code.sent' | 'code.not-sent', now: number) {
  const { token, resource, related } = order;
  const about = { subject: token.id, resource: resource.id, related: [...related] };
  return createEvent(
    act,
    { type, ...about, ...(type === 'code.not-sent' && { reason: 'CODE_NOT_SENT' as const }) },
    now,
  );
}
