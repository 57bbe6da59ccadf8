import type { Actor } from '../kernel/actor.ts';
import type { TokenId, UserId } from '../kernel/ids.ts';
import { isHelpDesk } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';

/** Of the tokens of one user, by the whole help desk. */
export const HELP_DESK_UNLOCKS_PER_DAY = 5;

/**
 * Counts an unlock by the help desk. Each restores the guesses that a resource allows before a lock, so that a member
 * with a user's password could guess codes for as long as they can unlock (SR-2).
 *
 * @param of the owner, or a token without one
 */
export async function admitHelpDeskUnlock(
  ports: Pick<Ports, 'store' | 'clock'>,
  actor: Actor,
  of: UserId | TokenId,
): Promise<Refusal | undefined> {
  if (!isHelpDesk(actor)) return undefined;
  const now = ports.clock.now();
  const rate = await ports.store.increment(`help-desk-unlock/${of}`, DAY_MS, HELP_DESK_UNLOCKS_PER_DAY, now);
  return rate.allowed ? undefined : refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
}
