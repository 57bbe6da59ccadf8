/** What a browser keeps for a user who trusts it. */
export interface KeptTrust {
  secret: string;
  expiresAt: number;
}

/** The most that a browser keeps of one resource, as the service accepts: each of its users may trust it. */
const MAX_KEPT = 5;

/**
 * Keeps the secrets of a trusted browser in the frame's own storage, which browsers separate by the page around. No name
 * is stored with them, so the storage does not tell who signs in here. The service decides whether one still counts.
 */
export interface TrustMemory {
  /** Whether anything can be kept; if not, the user is offered nothing. Leaves nothing behind. */
  canKeep(): boolean;
  /** The secrets, newest first; none if storage is blocked. */
  recall(now: number): string[];
  keep(trust: KeptTrust, now: number): void;
}

/** @param storage throws where the browser blocks it */
export function createTrustMemory(resource: string, storage: () => Storage): TrustMemory {
  const key = `countersign|trust|${resource}`;
  const read = (now: number): KeptTrust[] => {
    try {
      const kept: unknown = JSON.parse(storage().getItem(key) ?? '[]');
      return Array.isArray(kept) ? kept.filter((one) => isKept(one) && now < one.expiresAt).slice(0, MAX_KEPT) : [];
    } catch {
      return [];
    }
  };
  const write = (kept: readonly KeptTrust[]): void => {
    try {
      if (kept.length > 0) storage().setItem(key, JSON.stringify(kept));
      else storage().removeItem(key);
    } catch {
      // Blocked or full: the next sign-in asks for a code.
    }
  };
  return {
    canKeep() {
      const probe = `${key}|probe`;
      try {
        storage().setItem(probe, '1');
        storage().removeItem(probe);
        return true;
      } catch {
        return false;
      }
    },
    recall(now) {
      const kept = read(now);
      // What has expired does not stay in the browser.
      write(kept);
      return kept.map(({ secret }) => secret);
    },
    keep: (trust, now) => write([trust, ...read(now)].slice(0, MAX_KEPT)),
  };
}

function isKept(one: unknown): one is KeptTrust {
  const { secret, expiresAt } = Object(one) as Record<string, unknown>;
  return typeof secret === 'string' && /^[\w-]{32}$/.test(secret) && typeof expiresAt === 'number';
}
