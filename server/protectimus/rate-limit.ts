import { rateKey } from '../kernel/addresses.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';

/** Far more than a misconfigured client sends before it is fixed. */
export const WRONG_PER_MINUTE = 60;
/** From one address, for any names. Each looked-up name costs a read of every partition (SR-20). */
export const WRONG_FROM_ADDRESS = 600;
/** How long an address counts as known after a successful sign-in. */
const TRUST_MS = HOUR_MS;
/** Maximum remembered entries; forgotten ones are counted from the start. */
const MAX_ENTRIES = 10_000;

/** The client behind a password. */
interface ClientKey {
  /** One name from one address. */
  pair: string;
  address: string;
}

export function clientKeyOf(address: string | undefined, login: string): ClientKey {
  const from = address === undefined ? 'unknown' : rateKey(address);
  return { pair: JSON.stringify([from, login]), address: JSON.stringify([from]) };
}

/** 0 if the time is further ahead than it could have been set: the clock was set back since (SR-63). */
function untilOf(times: Map<string, number>, name: string, now: number, longestMs: number): number {
  const until = times.get(name) ?? 0;
  return until - now > longestMs ? 0 : until;
}

function setUntil(times: Map<string, number>, name: string, until: number): void {
  if (times.size >= MAX_ENTRIES) times.clear();
  times.set(name, until);
}

/**
 * Returns why a client's requests are refused unread. An address is blocked for every name except those that came from
 * it successfully of late, so that neither neighbours of a site nor other addresses lock its backend out (SR-49).
 */
export function rateLimitRefusal(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  { pair, address }: ClientKey,
): Refusal | undefined {
  const now = ports.clock.now();
  const { barred, known } = ports.store.memory.dialectClients;
  const isKnown = now < untilOf(known, pair, now, TRUST_MS);
  const barredUntil = (name: string) => untilOf(barred, name, now, MINUTE_MS);
  return untilThen(Math.max(barredUntil(pair), isKnown ? 0 : barredUntil(address)), now);
}

export function recordSuccess(ports: Pick<Ports, 'store' | 'clock' | 'secrets'>, { pair }: ClientKey): void {
  setUntil(ports.store.memory.dialectClients.known, pair, ports.clock.now() + TRUST_MS);
}

/**
 * Counts a failure for name and address together, so that guesses from other addresses do not lock a backend out, and
 * for the address. While the address is blocked, a known name gets the same response as the others (SR-17).
 */
export async function countFailure(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  { pair, address }: ClientKey,
): Promise<Refusal> {
  const now = ports.clock.now();
  const { barred } = ports.store.memory.dialectClients;
  for (const [who, limit] of [
    [pair, WRONG_PER_MINUTE],
    [address, WRONG_FROM_ADDRESS],
  ] as const) {
    const name = Buffer.from(ports.secrets.mac('protectimus-guesser', who)).toString('base64url');
    const rate = await ports.store.increment(`protectimus-keys/${name}`, MINUTE_MS, limit, now);
    if (!rate.allowed) setUntil(barred, who, rate.resetAt);
  }
  const until = Math.max(untilOf(barred, pair, now, MINUTE_MS), untilOf(barred, address, now, MINUTE_MS));
  return untilThen(until, now) ?? refusal('API_KEY_INVALID');
}

function untilThen(until: number, now: number): Refusal | undefined {
  return now < until ? refusal('RATE_LIMITED', { retryAfterMs: until - now }) : undefined;
}
