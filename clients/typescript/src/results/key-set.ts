import { CountersignError } from '../error.ts';
import { boundedFetch, type FetchLike } from '../http/bounded-fetch.ts';
import { type PublishedKey, readPublishedKeys } from './published-keys.ts';

const MAX_KEY_SET_BYTES = 64 * 1024;
const FIRST_RETRY_MS = 1000;

export interface KeySetOptions {
  url: string;
  fetch: FetchLike;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How long fetched keys serve without asking again. */
  cacheMs: number;
  /** How much longer they serve while asking again fails. */
  maxStaleMs: number;
  /** At most one fetch in this time for names of keys that are not in memory. */
  cooldownMs: number;
  timeoutMs: number;
}

export interface KeySet {
  /**
   * The key of that name, or undefined if the service has none.
   *
   * @throws CountersignError `JWKS_UNAVAILABLE` when that cannot be found out.
   */
  find(kid: string): Promise<PublishedKey | undefined>;
}

/**
 * The service's published keys, fetched when first needed. jose's own remote set is not used: it has no clock to give
 * it, no limit on the answer's size, forgets good keys when a refresh fails, and asks again for every unknown name
 * while the service is down.
 */
export function createKeySet(options: KeySetOptions): KeySet {
  const { now, cacheMs, maxStaleMs, cooldownMs } = options;
  let cached: { keys: Map<string, PublishedKey>; at: number } | undefined;
  let lastAttemptAt: number | undefined;
  let failures = 0;
  let loading: Promise<void> | undefined;

  /** A clock that went backwards makes everything old, so that nothing is trusted for longer because of it. */
  function since(at: number | undefined): number {
    const elapsed = at === undefined ? -1 : now() - at;
    return elapsed < 0 ? Number.POSITIVE_INFINITY : elapsed;
  }

  async function load(): Promise<void> {
    try {
      const keys = await fetchKeys(options);
      cached = { keys, at: now() };
      failures = 0;
    } catch {
      failures++;
    }
  }

  /** One fetch at a time for all who wait, and after failures ever less often, up to the cooldown. */
  async function refresh(minimumWaitMs: number): Promise<void> {
    if (!loading) {
      const backoffMs = failures === 0 ? 0 : Math.min(cooldownMs, FIRST_RETRY_MS * 2 ** (failures - 1));
      if (since(lastAttemptAt) < Math.max(minimumWaitMs, backoffMs)) return;
      lastAttemptAt = now();
      loading = load().finally(() => {
        loading = undefined;
      });
    }
    await loading;
  }

  return {
    async find(kid) {
      if (since(cached?.at) >= cacheMs) await refresh(0);
      if (since(cached?.at) >= cacheMs + maxStaleMs) throw unavailable();
      const known = cached?.keys.get(kid);
      if (known) return known;

      // A new key, perhaps. Or an attacker's invention, which must not make us ask each time.
      await refresh(cooldownMs);
      const found = cached?.keys.get(kid);
      if (!found && failures > 0) throw unavailable();
      return found;
    },
  };
}

async function fetchKeys(options: KeySetOptions): Promise<Map<string, PublishedKey>> {
  const answer = await boundedFetch(
    options.fetch,
    options.url,
    { method: 'GET', headers: { accept: 'application/jwk-set+json, application/json' } },
    { timeoutMs: options.timeoutMs, maxBytes: MAX_KEY_SET_BYTES },
  );
  if (answer.status !== 200) throw new Error(`The answer has status ${answer.status}.`);
  return readPublishedKeys(answer.text);
}

function unavailable(): CountersignError {
  return new CountersignError('JWKS_UNAVAILABLE', "The service's public keys cannot be fetched right now.");
}
