/** A secret of a webhook or hook, which signs what is sent there. */
export interface SigningSecret {
  /** Unique within its webhook or hook; bound into the ciphertext (SR-21). */
  id: string;
  sealed: string;
  createdAt: number;
  /** Set when a newer secret replaces it; it signs until then. */
  expiresAt?: number;
}

/** Secrets that sign now, newest first. */
export function signingSecrets<S extends SigningSecret>({ secrets }: { secrets: readonly S[] }, now: number): S[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

/** Two sign during an overlap; a third would only lengthen the header. */
const MAX_SECRETS = 2;

/** The webhook or hook with a new secret in front; the previous one also signs during the overlap. */
export function addSecret<S extends SigningSecret, W extends { secrets: S[] }>(
  target: W,
  secret: S,
  overlapMs: number,
  now: number,
): W {
  const kept = signingSecrets(target, now).map((old) => ({
    ...old,
    expiresAt: Math.min(old.expiresAt ?? now + overlapMs, now + overlapMs),
  }));
  return { ...target, secrets: [secret, ...(overlapMs > 0 ? kept : [])].slice(0, MAX_SECRETS) };
}
