import { normaliseName } from '../../../kernel/names.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { type Refusal, refusal } from '../../../kernel/result.ts';
import { DAY_MS, HOUR_MS } from '../../../kernel/time.ts';
import { notePressure } from '../../../proof-of-work/pressure.ts';
import type { SentToken } from '../../token.ts';
import { ADDRESS_WINDOW_MS, isWithinServerLimit } from './code-limits.ts';

/**
 * Counts a code that is about to be sent, or refuses it: the rate limit of sent codes. Approximate, and counted whether
 * or not the sending works: a lost message is paid for.
 */
export async function countCode(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets' | 'codes'>,
  { account, factor }: SentToken,
): Promise<Refusal | undefined> {
  const { limits } = ports.codes;
  const now = ports.clock.now();
  const tooMany = (resetAt: number) => refusal('CODE_LIMIT', { retryAfterMs: Math.max(1, resetAt - now) });
  // Per account, so that no account uses up another's limit for an address.
  const mac = ports.secrets.mac('code-address', JSON.stringify([account, factor.kind, normaliseName(factor.to)]));
  const address = Buffer.from(mac).toString('base64url');
  const caps: [key: string, windowMs: number, limit: number][] = [
    [`codes/to/${address}`, ADDRESS_WINDOW_MS, limits.perAddress],
    [`codes/to-in-a-day/${address}`, DAY_MS, limits.perAddressAndDay],
  ];
  for (const [key, windowMs, limit] of caps) {
    const { allowed, resetAt } = await ports.store.increment(key, windowMs, limit, now);
    if (!allowed) return tooMany(resetAt);
  }
  const ofAccount = await ports.store.increment(`codes/of/${account}`, HOUR_MS, limits.perAccountAndHour, now);
  notePressure(ports, `codes/${account}`, (2 * ofAccount.count) / limits.perAccountAndHour, now);
  // Before the server's count, so that a refusal to one account does not count for all.
  if (!ofAccount.allowed) return tooMany(ofAccount.resetAt);
  const ofServer = await ports.store.increment('codes/all', HOUR_MS, limits.perHour, now);
  notePressure(ports, 'codes/all', (2 * ofServer.count) / limits.perHour, now);
  const sent = { ofAccount: ofAccount.count, ofServer: ofServer.count };
  return isWithinServerLimit(limits, sent) ? undefined : tooMany(ofServer.resetAt);
}
