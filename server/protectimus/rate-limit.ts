import { rateKey } from '../kernel/addresses.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Store } from '../kernel/ports/store.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'secrets'>;

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

/** Expiry times by name. In this process; the store does the counting. */
class Until {
  /** The maximum time of an entry. */
  readonly #longestMs: number;
  readonly #stores = new WeakMap<Store, Map<string, number>>();

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** Returns 0 if the time is further ahead than it could have been set: the clock was set back since (SR-63). */
  of({ store, clock }: Pick<Needs, 'store' | 'clock'>, name: string): number {
    const until = this.#stores.get(store)?.get(name) ?? 0;
    return until - clock.now() > this.#longestMs ? 0 : until;
  }

  set({ store }: Pick<Needs, 'store'>, name: string, until: number): void {
    let known = this.#stores.get(store);
    if (!known || known.size >= MAX_ENTRIES) {
      known = new Map();
      this.#stores.set(store, known);
    }
    known.set(name, until);
  }
}

const barred = new Until(MINUTE_MS);
const cameIn = new Until(TRUST_MS);

/**
 * Returns why a client's requests are refused unread. An address is blocked for every name except those that came from
 * it successfully of late, so that neither neighbours of a site nor other addresses lock its backend out (SR-49).
 */
export function rateLimitRefusal(ports: Needs, { pair, address }: ClientKey): Refusal | undefined {
  const now = ports.clock.now();
  const isKnown = now < cameIn.of(ports, pair);
  return untilThen(Math.max(barred.of(ports, pair), isKnown ? 0 : barred.of(ports, address)), now);
}

export function recordSuccess(ports: Needs, { pair }: ClientKey): void {
  cameIn.set(ports, pair, ports.clock.now() + TRUST_MS);
}

/**
 * Counts a failure for name and address together, so that guesses from other addresses do not lock a backend out, and
 * for the address. While the address is blocked, a known name gets the same response as the others (SR-17).
 */
export async function countFailure(ports: Needs, { pair, address }: ClientKey): Promise<Refusal> {
  const now = ports.clock.now();
  for (const [who, limit] of [
    [pair, WRONG_PER_MINUTE],
    [address, WRONG_FROM_ADDRESS],
  ] as const) {
    const name = Buffer.from(ports.secrets.mac('protectimus-guesser', who)).toString('base64url');
    const rate = await ports.store.increment(`protectimus-keys/${name}`, MINUTE_MS, limit, now);
    if (!rate.allowed) barred.set(ports, who, rate.resetAt);
  }
  const until = Math.max(barred.of(ports, pair), barred.of(ports, address));
  return untilThen(until, now) ?? refusal('API_KEY_INVALID');
}

function untilThen(until: number, now: number): Refusal | undefined {
  return now < until ? refusal('RATE_LIMITED', { retryAfterMs: until - now }) : undefined;
}
