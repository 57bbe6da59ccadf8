import { rateKey } from '../kernel/addresses.ts';
import type { Limit } from '../kernel/limits.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Json } from '../kernel/ports/store.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';
import { isWithinMailRate } from '../messages/mail-rate.ts';
import {
  RESETS_PER_ADDRESS,
  RESETS_PER_USER,
  RESETS_PER_USER_WINDOW_MS,
  RESETS_WINDOW_MS,
} from '../messages/reset-mail.ts';
import { decoyAttempt } from './decoy-attempt.ts';

/** Resets of users and of administrators are counted apart. */
type ResetKind = Extract<Limit, 'password-reset' | 'administrator-reset'>;

/** Counts a reset request against the client's network. */
export async function countResetRequest(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  asked: ResetKind,
  { address }: ClientInfo,
): Promise<Refusal | undefined> {
  const now = clock.now();
  const from = address === undefined ? 'unknown' : rateKey(address);
  const asking = await store.increment(`${asked}/from/${from}`, RESETS_WINDOW_MS, RESETS_PER_ADDRESS, now);
  return asking.allowed ? undefined : refusal('RATE_LIMITED', { retryAfterMs: asking.resetAt - now });
}

/**
 * Counts it against the user of the typed name, known or unknown: two mails in half an hour, and after twelve in a day
 * one (SR-77). What is refused within half an hour does not count for the day. Returns whether another mail is allowed.
 */
export async function countMail(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  asked: ResetKind,
  subject: string,
): Promise<boolean> {
  const now = clock.now();
  const key = `${asked}/for/${subject}`;
  const inWindow = await store.increment(key, RESETS_PER_USER_WINDOW_MS, RESETS_PER_USER, now);
  if (!inWindow.allowed) return false;
  const inDay = await store.increment(key, DAY_MS, Number.MAX_SAFE_INTEGER, now);
  return isWithinMailRate({ inWindow: inWindow.count, inDay: inDay.count }, RESETS_PER_USER);
}

/**
 * The answer to a request without effect: it costs the same one durable commit (SR-40).
 *
 * @param event absent over the limit, so that a flood does not fill the audit log
 */
export async function answerWithoutMail(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  event: Json | undefined,
): Promise<{ deliver: () => Promise<void> }> {
  await decoyAttempt(ports, event);
  return { deliver: async () => {} };
}
