import { isEmailShape } from '../../../kernel/names.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import type { Challenge } from '../../challenge.ts';
import type { SentFactor, SentToken } from '../../token.ts';

/** Codes that are sent: to which addresses, and how long they are valid. `code-limits.ts`: how many. */

/** At most ten minutes (SR-48, NIST SP 800-63B-4 3.1.3.2); mail takes one or two. */
export const CODE_LIFETIME_MS = 5 * MINUTE_MS;
/** Messages are often only delayed, so no other one is sent before. */
export const RESEND_AFTER_MS = 30_000;

const CODE_DIGITS = 6;

/**
 * Six digits, or as many as are wanted up to nine; each code as likely as any other.
 *
 * @param bytes random ones, four for each try
 * @returns undefined if every try fell into the biased rest (of six digits one in 4000 does, of eight one in 46)
 */
export function codeFromBytes(bytes: Uint8Array, digits = CODE_DIGITS): string | undefined {
  const codes = 10 ** digits;
  // Words from here on would make some codes likelier than others.
  const unbiased = Math.floor(2 ** 32 / codes) * codes;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.byteLength; at += 4) {
    const word = words.getUint32(at);
    if (word < unbiased) return String(word % codes).padStart(digits, '0');
  }
  return undefined;
}

/** The format of an address, in words. */
export const ADDRESS_FORMS: Record<SentFactor['kind'], string> = {
  sms: 'an international number such as +4915112345678',
  email: 'one plain email address',
};

/**
 * An international number with its plus (E.164), or one plain email address: nothing that a gateway could read as two.
 */
export function isAddressFor(kind: SentFactor['kind'], to: string): boolean {
  return kind === 'sms' ? /^\+[1-9][0-9]{7,14}$/.test(to) : isEmailShape(to) && !/[<>,;:"()[\]\\]/.test(to);
}

/** Enough for its owner to recognise it. */
export function maskedAddress({ kind, to }: Pick<SentFactor, 'kind' | 'to'>): string {
  if (kind === 'sms') return `•••${to.slice(-2)}`;
  return `${to.slice(0, 1)}•••${to.slice(to.lastIndexOf('@'))}`;
}

type SentChallenge = Extract<Challenge, { kind: 'sent' }>;

/**
 * Whether this is a code for the token as it is now. A code sent to an earlier address or owner is void, and so is an
 * expired one.
 */
export function isChallengeOf(challenge: Challenge, token: SentToken, now: number): challenge is SentChallenge {
  return (
    challenge.kind === 'sent' &&
    challenge.epoch === token.epoch &&
    challenge.moves === movesOf(token) &&
    now < challenge.expiresAt
  );
}

/** The same token with another address for its codes. */
export function moved(token: SentToken, to: string): SentToken {
  const { kind } = token.factor;
  return { ...token, factor: { kind, to, moves: movesOf(token) + 1 } };
}

export function movesOf({ factor }: Pick<SentToken, 'factor'>): number {
  return factor.moves ?? 0;
}

/** How long until another code may be sent; 0: now. After a code was used there is no wait. */
export function resendWaitMs(challenge: Challenge | undefined, token: SentToken, now: number): number {
  if (!challenge || !isChallengeOf(challenge, token, now) || challenge.usedAt !== undefined) return 0;
  return untilResendMs(challenge.createdAt + RESEND_AFTER_MS, now);
}

/** No resend time is set further ahead than this, even by a process whose clock is fast. */
const MAX_RESEND_AHEAD_MS = 2 * RESEND_AFTER_MS;

/**
 * How long until another code may be requested; 0 after the clock was set back, because its earlier time is not waited
 * for (SR-63).
 */
export function untilResendMs(resendAt: number, now: number): number {
  const left = resendAt - now;
  return left > MAX_RESEND_AHEAD_MS ? 0 : Math.min(Math.max(0, left), RESEND_AFTER_MS);
}
