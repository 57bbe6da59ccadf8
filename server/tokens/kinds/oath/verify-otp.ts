import type { OathToken } from '../../token.ts';
import { prepareCodes } from './code.ts';
import { type VerifiableToken, windowAt } from './otp-window.ts';

/** The steps outside the window in which a code reports clock drift. It is refused all the same. */
export const CLOCK_HINT_STEPS = 2;

export type OtpCheck = { verdict: 'accepted'; counter: number } | { verdict: 'replayed' } | { verdict: 'wrong' };

/**
 * Verifies a code against a token. `counter` is the moving factor of the code; the caller commits `nextCounter =
 * counter + 1` before it responds, so no code is accepted twice (RFC 6238 section 5.2, SR-1, SR-8).
 *
 * - TOTP: the current step and the one before it, widened (never moved) by the bounded learned drift: back for a slow
 *   token, forward for a fast one. If two steps share the code, the later is used up.
 * - HOTP: `nextCounter` and the ten after it. If two counters share the code, the earlier is used up.
 * - `replayed`: the code of the last accepted moving factor, for TOTP only while its step is in the window. It is
 *   refused even if a later factor happens to have the same code.
 *
 * Every candidate is computed and compared in constant time, whichever matches and whichever was used: the work of a
 * wrong code does not reveal when the token was used last (SR-17).
 *
 * @param now milliseconds since the epoch, from the server's clock
 * @param options `stopsWhenRight`: a right HOTP code is found without the rest of the look-ahead. Only if nothing else
 *   can refuse it: the time would reveal that the code is right
 */
export function verifyOtp(
  token: VerifiableToken,
  secret: Uint8Array,
  otp: string,
  now: number,
  { stopsWhenRight = false }: { stopsWhenRight?: boolean } = {},
): OtpCheck {
  const matches = codeMatcher(token, secret, otp);
  const { oldest, latest } = windowAt(token, now);
  const last = token.nextCounter - 1;

  let repeated = false;
  const hits: number[] = [];
  for (let counter = Math.max(0, token.factor.kind === 'hotp' ? last : oldest); counter <= latest; counter++) {
    const isRight = matches(counter);
    if (isRight && counter === last) repeated = true;
    if (isRight && counter > last && !token.spoiled?.includes(counter)) hits.push(counter);
    if (stopsWhenRight && hits.length > 0 && !repeated && token.factor.kind === 'hotp') break;
  }

  if (repeated) return { verdict: 'replayed' };
  const counter = token.factor.kind === 'totp' ? hits.at(-1) : hits.at(0);
  return counter === undefined ? { verdict: 'wrong' } : { verdict: 'accepted', counter };
}

/**
 * The step of this code, if it is one or two steps outside the window: the device's clock seems to be off. Undefined
 * for every other code, and for tokens without a clock. Only decides which message the user sees.
 */
export function stepOutside(token: VerifiableToken, secret: Uint8Array, otp: string, now: number): number | undefined {
  if (token.factor.kind !== 'totp') return undefined;
  const matches = codeMatcher(token, secret, otp);
  const { oldest, latest } = windowAt(token, now);
  const near = Array.from({ length: CLOCK_HINT_STEPS }, (_, at) => at + 1);
  // Every one is computed, whichever matches.
  const hits = [...near.map((by) => latest + by), ...near.map((by) => oldest - by)].filter(
    (step) => step >= 0 && matches(step),
  );
  return hits[0];
}

/**
 * The token after such a code: a code shown before its time is refused at its time. Otherwise the hint would tell a
 * guesser which code to wait for.
 */
export function rejectFutureStep<T extends OathToken>(token: T, step: number, now: number): T {
  if (token.factor.kind !== 'totp' || step <= windowAt(token, now).latest) return token;
  const current = Math.floor(now / token.factor.periodMs);
  const kept = (token.spoiled ?? []).filter((one) => one >= current && one !== step);
  return { ...token, spoiled: [...kept, step] };
}

/**
 * Compares a code with that of a moving factor, in constant time: both are whole numbers. A text of another form equals
 * none, and takes as long.
 */
export function codeMatcher(token: VerifiableToken, secret: Uint8Array, otp: string): (counter: number) => boolean {
  const codeOf = prepareCodes({ secret, digits: token.digits, algorithm: token.algorithm });
  // No code equals NaN. As numbers, texts of another length could be equal to a code.
  const given = otp.length === token.digits && /^[0-9]+$/.test(otp) ? Number(otp) : Number.NaN;
  return (counter) => codeOf(counter) === given;
}
