import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { CodeLimits } from '../../kernel/code-channel.ts';
import type { FlowId, UserId } from '../../kernel/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { CODE_LIFETIME_MS, RESEND_AFTER_MS, untilResendMs } from '../../tokens/kinds/sent/out-of-band-code.ts';

/** The id of the only option while a mailed code is asked for. */
export const MAILED_OPTION = 'mail';
/**
 * Two digits more than a code beside a password: anyone who knows a name can have one mailed and guess. Three guesses at
 * each of 108 codes are a chance of one in 300,000 a day.
 */
export const MAILED_CODE_DIGITS = 8;
/** Wrong answers that void a code. */
export const MAILED_CODE_TRIES = 3;
/** Codes to one mailbox, or for one name, in {@link MAILED_CODES_WINDOW_MS}: at most 108 a day. */
export const MAILED_CODES = 3;
/** Not longer: under attack, a user in a network that is not known waits as long (SR-49). */
export const MAILED_CODES_WINDOW_MS = 15 * MINUTE_MS;
/** Of the codes that an account may have mailed, the part that one client can request: a tenth. */
export const CLIENT_SHARE = 10;

/** What the limits of an hour allow in {@link MAILED_CODES_WINDOW_MS}: a used-up limit is free again as soon. */
export function shareOfWindow({ perAccountAndHour, perHour, reservedPerAccount }: CodeLimits): {
  ofAccount: number;
  ofServer: number;
  reserved: number;
} {
  const share = (perWindow: number) => Math.max(1, Math.floor((perWindow * MAILED_CODES_WINDOW_MS) / HOUR_MS));
  return { ofAccount: share(perAccountAndHour), ofServer: share(perHour), reserved: share(reservedPerAccount) };
}

/**
 * Whether a shared limit allows a mail. Over the last fifth chance decides, with rising odds against it: at a sharp limit,
 * someone with enough mailboxes of their own would learn from their last mail whether another name got one (SR-77).
 *
 * @param count with this one
 * @param chance a random byte
 */
export function isWithinBudget(count: number, limit: number, chance: number): boolean {
  if (count > limit) return false;
  return (5 * (count - 1) - 4 * limit) * 256 <= limit * (256 - chance);
}

/**
 * The code that a sign-in waits for. It is part of the flow: bound to it and to its handle, which only the browser has, and
 * replaced by the next. A sign-in to which no mail was sent holds one that nothing matches, so that both are the same
 * (SR-17).
 */
export interface MailedCode {
  /** Of the code, with the service's key. */
  mac: string;
  /** Absent: no mail was sent. */
  to?: { user: UserId; mailboxDigest: string };
  triesLeft: number;
  sentAt: number;
  expiresAt: number;
}

/** What the MAC of a code is over. */
export function macInput(flow: FlowId, to: MailedCode['to'], code: string): string {
  return JSON.stringify([flow, to?.user, to?.mailboxDigest, code]);
}

export function newMailedCode(mac: string, to: MailedCode['to'], now: number): MailedCode {
  const expiresAt = now + CODE_LIFETIME_MS;
  return { mac, ...omitUndefined({ to }), triesLeft: MAILED_CODE_TRIES, sentAt: now, expiresAt };
}

export function isMailedCodeLive(code: MailedCode | undefined, now: number): code is MailedCode {
  return code !== undefined && code.triesLeft > 0 && now < code.expiresAt;
}

/** After a wrong answer. */
export function countWrongTry(code: MailedCode): MailedCode {
  return { ...code, triesLeft: code.triesLeft - 1 };
}

/** How long until another code can be requested; 0: now. There is no wait once a code has no tries left. */
export function resendMailedMs(code: MailedCode | undefined, now: number): number {
  return code && code.triesLeft > 0 ? untilResendMs(code.sentAt + RESEND_AFTER_MS, now) : 0;
}
