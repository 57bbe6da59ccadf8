import { rateKey } from '../../kernel/addresses.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { Json } from '../../kernel/ports/store.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { type Refusal, refusal } from '../../kernel/result.ts';
import { decoyAttempt } from '../../users/decoy-attempt.ts';
import {
  RESETS_PER_ADDRESS,
  RESETS_PER_PERSON,
  RESETS_PER_PERSON_WINDOW_MS,
  RESETS_WINDOW_MS,
} from './password-reset.ts';

/** Of people and of administrators, who are counted apart. */
type Asked = 'password-reset' | 'administrator-reset';

/** Counts a question for a new password against the place that it comes from. */
export async function countResetRequest(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  asked: Asked,
  { address }: ClientInfo,
): Promise<Refusal | undefined> {
  const now = clock.now();
  const from = address === undefined ? 'unknown' : rateKey(address);
  const asking = await store.increment(`${asked}/from/${from}`, RESETS_WINDOW_MS, RESETS_PER_ADDRESS, now);
  return asking.allowed ? undefined : refusal('RATE_LIMITED', { retryAfterMs: asking.resetAt - now });
}

/** Counts it against whom it is about, be that somebody or nobody. Whether there may be another mail. */
export async function countMail(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  asked: Asked,
  subject: string,
): Promise<boolean> {
  const perPerson = [RESETS_PER_PERSON_WINDOW_MS, RESETS_PER_PERSON] as const;
  return (await store.increment(`${asked}/for/${subject}`, ...perPerson, clock.now())).allowed;
}

/**
 * The answer to a question of which nothing comes: it costs the one durable commit of those of which something does (SR-40).
 *
 * @param event absent for what is over the limit: whoever floods shall not fill the record
 */
export async function askedInVain(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  event: Json | undefined,
): Promise<{ deliver: () => Promise<void> }> {
  await decoyAttempt(ports, event);
  return { deliver: async () => {} };
}
