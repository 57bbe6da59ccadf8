import { createHash } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { acceptedKindsFrom } from '../../../authentication/second-factor.ts';
import type { AccountId, ResourceId, TokenId, TrustedBrowserId, UserId } from '../../../kernel/ids.ts';
import { hashSecret, isSameSecret } from '../../../kernel/secret-token.ts';
import { DAY_MS } from '../../../kernel/time.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import type { Resource } from '../../../resources/resource.ts';
import { tokenState } from '../../../tokens/lockout.ts';
import type { Token } from '../../../tokens/token.ts';
import { isUsable } from '../../../tokens/usable-tokens.ts';
import type { User } from '../../../users/user.ts';

/** The most browsers that one user trusts; one more replaces the oldest. */
export const MAX_TRUSTED_BROWSERS = 10;
/** The most secrets that one browser shows at a sign-in: each of its users may have trusted it. */
export const MAX_SHOWN_SECRETS = 5;

/** A browser that needs the password alone on one resource. */
export interface TrustedBrowser {
  id: TrustedBrowserId;
  resource: ResourceId;
  /** SHA-256 of the browser's secret, hex. */
  secretHash: string;
  /** From {@link trustBasis}: the trust ends when it changes. */
  basis: string;
  /** The token whose code was shown. */
  token: TokenId;
  createdAt: number;
  usedAt: number;
  /** Absolute: no use prolongs it. */
  expiresAt: number;
  /** Of the client that was trusted, for its user. They decide nothing. */
  address?: string;
  userAgent?: string;
}

/** The browsers that one user trusts, newest first. */
export interface TrustedBrowsers {
  account: AccountId;
  user: UserId;
  list: TrustedBrowser[];
}

/** Everything that trust rests on, as it is now. */
export interface TrustFacts {
  resource: Pick<Resource, 'id' | 'trustedBrowserDays' | 'trustEpoch' | 'tokenKinds' | 'firstFactor'>;
  user: Pick<User, 'id' | 'account' | 'passwordHash' | 'needsConfirmation' | 'trustEpoch'>;
  /** The tokens with which the user is assigned to the resource. */
  tokens: readonly Token[];
}

/**
 * A fingerprint of what trust rests on: account, user, password, and the tokens of the assignment with their states. It
 * is compared at each use, so no change has to find the browsers that it ends. States that come back, as after an
 * unlock, have counters that do not (`trustEpoch`).
 */
export function trustBasis({ resource, user, tokens }: TrustFacts, now: number): string {
  const factors = tokens.map((token) => [token.id, token.epoch, token.trustEpoch ?? 0, tokenState(token, now)].join());
  const parts = [
    [resource.id, resource.trustEpoch ?? 0],
    [user.account, user.id, user.trustEpoch ?? 0, passwordDigest(omitUndefined({ passwordHash: user.passwordHash }))],
    factors.sort(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/**
 * Whether a user's browser still needs the password alone. Written so that a clock that went back, or a time that is no
 * number, ends the trust.
 */
export function isTrusted(browser: TrustedBrowser, facts: TrustFacts, now: number): boolean {
  const { resource, user, tokens } = facts;
  const { trustedBrowserDays: days = 0 } = resource;
  const { createdAt, expiresAt } = browser;
  if (!(createdAt <= now && now < expiresAt && now < createdAt + days * DAY_MS)) return false;
  const accepts = acceptedKindsFrom(user, resource);
  // The token that was shown is still one that the user could show.
  const canShow = tokens.some((token) => token.id === browser.token && isUsable(token, accepts, now));
  return canShow && browser.basis === trustBasis(facts, now);
}

/** The trusted browser of this user to which one of the secrets belongs. */
export function findTrusted(
  list: readonly TrustedBrowser[],
  secrets: readonly string[],
  facts: TrustFacts,
  now: number,
): TrustedBrowser | undefined {
  return shownBrowsers(list, secrets.map(hashSecret)).find((browser) => isTrusted(browser, facts, now));
}

/** The browsers to which one of the secrets belongs, trusted or no longer. */
export function shownBrowsers(list: readonly TrustedBrowser[], hashes: readonly string[]): TrustedBrowser[] {
  return list.filter(({ secretHash }) => hashes.some((hash) => isSameSecret(hash, secretHash)));
}

/** Adds a browser as the newest, and drops those that have expired and those beyond the bound. */
export function addTrusted(list: readonly TrustedBrowser[], browser: TrustedBrowser, now: number): TrustedBrowser[] {
  return [browser, ...list.filter(({ expiresAt }) => now < expiresAt)].slice(0, MAX_TRUSTED_BROWSERS);
}
