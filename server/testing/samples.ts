import { type AccountId, idFromBytes, type ResourceId, type TokenId, type UserId } from '../kernel/ids.ts';
import type { Resource } from '../resources/resource.ts';
import type { OathToken } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

/** The same id for the same number, so that tests are readable and reproducible. */
function bytes(number: number): Uint8Array {
  return Uint8Array.from([0, 0, 0, 0, 0, number >> 8, number & 255]);
}
export const accountId = (number: number): AccountId => idFromBytes('acc', bytes(number));
export const resourceId = (number: number): ResourceId => idFromBytes('res', bytes(number));
export const userId = (number: number): UserId => idFromBytes('usr', bytes(number));
export const tokenId = (number: number): TokenId => idFromBytes('tok', bytes(number));

/** The 20-byte secret of the test vectors in RFC 4226 and RFC 6238. */
export const RFC_SECRET = new TextEncoder().encode('12345678901234567890');

export const PERIOD_MS = 30_000;
export const totp = (driftSteps = 0, periodMs = PERIOD_MS) => ({ kind: 'totp', periodMs, driftSteps }) as const;

/** An unused TOTP token without an owner. */
export function sampleToken(changes: Partial<OathToken> = {}): OathToken {
  return {
    id: tokenId(1),
    account: accountId(1),
    name: 'phone',
    factor: totp(),
    algorithm: 'SHA1',
    digits: 6,
    sealedSecret: 'sealed',
    nextCounter: 0,
    epoch: 0,
    enabled: true,
    failures: 0,
    directResources: [],
    createdAt: 0,
    createdBy: { kind: 'operator' },
    ...changes,
  };
}

/** A user without assignments. */
export function sampleUser(changes: Partial<User> = {}): User {
  return {
    id: userId(1),
    account: accountId(1),
    login: 'alice',
    apiSupport: true,
    blocked: false,
    assignments: [],
    createdAt: 0,
    createdBy: { kind: 'operator' },
    ...changes,
  };
}

/** A resource that is on and has no filters. */
export function sampleResource(changes: Partial<Resource> = {}): Resource {
  return {
    id: resourceId(1),
    account: accountId(1),
    name: 'Shop',
    enabled: true,
    failedAttemptsBeforeLock: 5,
    methodPolicy: 'auto',
    allowedOrigins: [],
    allowLocalhost: false,
    resultLifetimeMs: 60_000,
    createdAt: 0,
    createdBy: { kind: 'operator' },
    ...changes,
  };
}

/** Freezes a document deeply: a function that changes its input then throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
