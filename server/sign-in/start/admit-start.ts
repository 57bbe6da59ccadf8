import { networkKey } from '../../kernel/addresses.ts';
import type { Limit } from '../../kernel/limits.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { ProcessMemory } from '../../kernel/process-memory.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { type Refusal, refusal } from '../../kernel/result.ts';
import { MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { addressOf, notePressure } from '../../proof-of-work/pressure.ts';

/** The number of sign-ins of one kind that may start. Before the first input, only the network can be counted. */
export interface StartLimits {
  /** Name of the counters. */
  name: Limit;
  /** Per minute, from one IPv4 address or one IPv6 /64. */
  perAddress: number;
  /** Per minute, from one IPv4 /24 or one IPv6 /48, which one site or one attacker can hold entirely. */
  perNetwork: number;
  /** Per second, in this process: the number that it can seal besides its other work. */
  perSecond: number;
}

/** Default for users: a large office behind one address stays below the first, a mobile carrier's gateways below the second. */
export const SIGN_IN_START_LIMITS: Readonly<StartLimits> = {
  name: 'flows',
  perAddress: 600,
  perNetwork: 6_000,
  perSecond: 500,
};

export interface SignInStartNeeds extends Pick<Ports, 'store' | 'clock'> {
  /** Default: {@link SIGN_IN_START_LIMITS}. */
  startLimits?: Omit<StartLimits, 'name'> | undefined;
}

/** {@link admitStart} for a user's sign-in. */
export function admitSignInStart(ports: SignInStartNeeds, client: ClientInfo): Promise<Refusal | undefined> {
  return admitStart(ports, client, { ...SIGN_IN_START_LIMITS, ...ports.startLimits });
}

/**
 * Refuses an address or a network with too many starts, and every request once the process has no capacity left in this
 * second. A request refused for its address uses no capacity; at full capacity nothing is counted any more, so that a
 * flood creates no more counters than starts.
 */
export async function admitStart(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  client: ClientInfo,
  { name, perAddress, perNetwork, perSecond }: StartLimits,
): Promise<Refusal | undefined> {
  const now = clock.now();
  const { address } = client;
  const second = presentSecond(store.memory, name, now);
  const full = () => second.count >= perSecond;
  const overloaded = refusal('OVERLOADED', { retryAfterMs: SECOND_MS });
  const isOfUsers = name === SIGN_IN_START_LIMITS.name;
  // Half of each limit is more than usual.
  if (isOfUsers) notePressure({ store }, 'process', (2 * second.count) / perSecond, now);
  if (full()) return overloaded;
  // Requests without an address share one count: a proxy that forgets the header must not lift the limit.
  const from = addressOf(client);
  const counts = [
    [from, perAddress, 'address'] as const,
    ...(address === undefined ? [] : [[networkKey(address), perNetwork, 'network'] as const]),
  ];
  for (const [key, limit, target] of counts) {
    const rate = await store.increment(`${name}/${key}`, MINUTE_MS, limit, now);
    if (isOfUsers) notePressure({ store }, `${target}/${key}`, (2 * rate.count) / limit, now);
    if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
  }
  if (full()) return overloaded;
  second.count += 1;
  return undefined;
}

/** The starts of this process in this second. A clock that was set back starts a new one: no request waits for the earlier time. */
function presentSecond({ starts }: ProcessMemory, name: string, now: number): { count: number } {
  const second = Math.floor(now / SECOND_MS);
  const known = starts.get(name);
  if (known?.second === second) return known;
  const present = { second, count: 0 };
  starts.set(name, present);
  return present;
}
