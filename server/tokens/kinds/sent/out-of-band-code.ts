import type { CodeLimits } from '../../../kernel/code-channel.ts';
import { emailShape } from '../../../kernel/names.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import type { Challenge } from '../../challenge.ts';
import type { SentFactor, SentToken } from '../../token.ts';

/** Codes that are sent: to which addresses, how often, and for how long they count. */

/** At most ten minutes (SR-48, NIST SP 800-63B-4 3.1.3.2); mail takes one or two. */
export const CODE_LIFETIME_MS = 5 * MINUTE_MS;
/** A message is often only late: another one is not sent before. */
export const RESEND_AFTER_MS = 30_000;

const CODE_DIGITS = 6;
const CODES = 10 ** CODE_DIGITS;
/** Words from here on would make some codes likelier than others. */
const UNBIASED = Math.floor(2 ** 32 / CODES) * CODES;

export const ADDRESS_WINDOW_MS = 15 * MINUTE_MS;

export const DEFAULT_CODE_LIMITS: CodeLimits = {
  perAddress: 5,
  perAddressAndDay: 10,
  perAccountAndHour: 1000,
  perHour: 5000,
  reservedPerAccount: 100,
};

/** A fiftieth of what the server may send; at least one. */
export function defaultReserve(perHour: number): number {
  return Math.max(1, Math.floor(perHour / 50));
}

/**
 * Whether the server's limit lets another code through (SR-48).
 *
 * @param sent codes of this hour with this one, of the account and of the whole server
 */
export function isWithinServerLimit(
  { perHour, reservedPerAccount }: Pick<CodeLimits, 'perHour' | 'reservedPerAccount'>,
  sent: { ofAccount: number; ofServer: number },
): boolean {
  return sent.ofServer <= perHour || sent.ofAccount <= reservedPerAccount;
}

/**
 * Six digits, each code as likely as any other.
 *
 * @param bytes random ones, four for each try
 * @returns undefined where every try fell into the rest that would be unfair (one in 4000 does)
 */
export function codeFromBytes(bytes: Uint8Array): string | undefined {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.byteLength; at += 4) {
    const word = words.getUint32(at);
    if (word < UNBIASED) return String(word % CODES).padStart(CODE_DIGITS, '0');
  }
  return undefined;
}

/** What an address has to look like, in words. */
export const ADDRESS_FORMS: Record<SentFactor['kind'], string> = {
  sms: 'an international number such as +4915112345678',
  email: 'one plain e-mail address',
};

/** An international number with its plus (E.164), or one plain e-mail address: nothing that a gateway could read as two. */
export function isAddressFor(kind: SentFactor['kind'], to: string): boolean {
  return kind === 'sms' ? /^\+[1-9][0-9]{7,14}$/.test(to) : emailShape(to) && !/[<>,;:"()[\]\\]/.test(to);
}

/** Enough for its owner to know it again. */
export function maskedAddress({ kind, to }: Pick<SentFactor, 'kind' | 'to'>): string {
  if (kind === 'sms') return `•••${to.slice(-2)}`;
  return `${to.slice(0, 1)}•••${to.slice(to.lastIndexOf('@'))}`;
}

type SentChallenge = Extract<Challenge, { kind: 'sent' }>;

/**
 * Whether this is a code for the token as it is now. One that went to the number before, or to the phone of the owner
 * before, is worth nothing; neither is one that has expired.
 */
export function standsFor(challenge: Challenge, token: SentToken, now: number): challenge is SentChallenge {
  return (
    challenge.kind === 'sent' &&
    challenge.epoch === token.epoch &&
    challenge.moves === movesOf(token) &&
    now < challenge.expiresAt
  );
}

/** The same token, with its codes going elsewhere. */
export function moved(token: SentToken, to: string): SentToken {
  const { kind } = token.factor;
  return { ...token, factor: { kind, to, moves: movesOf(token) + 1 } };
}

export function movesOf({ factor }: Pick<SentToken, 'factor'>): number {
  return factor.moves ?? 0;
}

/** For how long no other code is sent; 0: send one. A code that was used makes room for the next. */
export function resendWaitMs(challenge: Challenge | undefined, token: SentToken, now: number): number {
  if (!challenge || !standsFor(challenge, token, now) || challenge.usedAt !== undefined) return 0;
  return untilResendMs(challenge.createdAt + RESEND_AFTER_MS, now);
}

/** Further ahead than this no code was set to be asked for again, also by a process whose clock runs ahead. */
const MAX_RESEND_AHEAD_MS = 2 * RESEND_AFTER_MS;

/** How long until another code may be asked for; 0 after the clock was set back, whose former time is not waited for (SR-63). */
export function untilResendMs(resendAt: number, now: number): number {
  const left = resendAt - now;
  return left > MAX_RESEND_AHEAD_MS ? 0 : Math.min(Math.max(0, left), RESEND_AFTER_MS);
}
