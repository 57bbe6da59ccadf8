/** How long verifiers keep the keys. A key is published at least this long before it signs (SR-58). */
export const JWKS_MAX_AGE_MS = 300_000;
