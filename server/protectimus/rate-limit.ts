import { rateKey } from '../kernel/addresses.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Store } from '../kernel/ports/store.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { MINUTE_MS } from '../kernel/time.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'secrets'>;

/** Far more than a client that was set up wrongly and is mended at once. */
export const WRONG_PER_MINUTE = 60;
/** From one address, for whatever names. Each name that is looked up costs a read of every partition (SR-20). */
export const WRONG_FROM_ADDRESS = 600;
/** So long an address is remembered as one from which somebody has come in. */
const CAME_IN_MS = 60 * MINUTE_MS;
/** Forgotten when there are more: they are then counted anew. */
const MOST_KNOWN = 10_000;

/** Who shows a password. */
export interface ClientKey {
  /** One name from one address. */
  pair: string;
  address: string;
}

export function clientKeyOf(address: string | undefined, login: string): ClientKey {
  const from = address === undefined ? 'unknown' : rateKey(address);
  return { pair: JSON.stringify([from, login]), address: JSON.stringify([from]) };
}

/** Until when something holds. In this process; the counting itself is the store's. */
class Until {
  /** Nothing is set for longer. */
  readonly #longestMs: number;
  readonly #stores = new WeakMap<Store, Map<string, number>>();

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** 0 where it is further ahead than it was ever set: the clock was set back since (SR-63). */
  of({ store, clock }: Pick<Needs, 'store' | 'clock'>, name: string): number {
    const until = this.#stores.get(store)?.get(name) ?? 0;
    return until - clock.now() > this.#longestMs ? 0 : until;
  }

  set({ store }: Pick<Needs, 'store'>, name: string, until: number): void {
    let known = this.#stores.get(store);
    if (!known || known.size >= MOST_KNOWN) {
      known = new Map();
      this.#stores.set(store, known);
    }
    known.set(name, until);
  }
}

const barred = new Until(MINUTE_MS);
const cameIn = new Until(CAME_IN_MS);

/**
 * Why nothing of somebody is looked at. An address is barred for every name but those that have come in from it lately, so
 * that neighbours of a site keep its backend out as little as strangers elsewhere do (SR-49).
 */
export function barredFor(ports: Needs, { pair, address }: ClientKey): Refusal | undefined {
  const now = ports.clock.now();
  const isKnown = now < cameIn.of(ports, pair);
  return untilThen(Math.max(barred.of(ports, pair), isKnown ? 0 : barred.of(ports, address)), now);
}

export function noteRight(ports: Needs, { pair }: ClientKey): void {
  cameIn.set(ports, pair, ports.clock.now() + CAME_IN_MS);
}

/**
 * Counts for name and address together, so that guesses from elsewhere keep nobody's backend out, and for the address. While
 * that is barred a name that is let through all the same is answered as the others are (SR-17).
 */
export async function countWrong(ports: Needs, { pair, address }: ClientKey): Promise<Refusal> {
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
