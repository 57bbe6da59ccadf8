import { JWKS_MAX_AGE_MS } from '../kernel/jwks-max-age.ts';

/** What is noted of sign-ins. Each instant is undefined if it was never noted. */
interface Notes {
  /** A backend first accepted a sign-in: over the API, or by consuming a result. */
  acceptedAt: number | undefined;
  /** A page of a site first received a result. */
  resultAt: number | undefined;
  /** A backend of any account last read the keys that verify results. */
  keysReadAt: number | undefined;
}

/**
 * Whether a backend has accepted a user's sign-in. One that verifies results itself does not tell the service, but has
 * to read the keys: after the result, or so shortly before that it still keeps them.
 */
export function isFirstLoginSeen({ acceptedAt, resultAt, keysReadAt }: Notes): boolean {
  if (acceptedAt !== undefined) return true;
  return resultAt !== undefined && keysReadAt !== undefined && keysReadAt >= resultAt - JWKS_MAX_AGE_MS;
}
