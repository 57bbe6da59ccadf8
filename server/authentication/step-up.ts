import type { TokenKind } from '@countersign/protocol/tokens';
import type { Method } from '../kernel/event.ts';
import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { MAX_REMEMBERED_MS } from '../resources/resource.ts';
import type { User } from '../users/user.ts';
import {
  type DenialReason,
  decideFactors,
  denialCode,
  denyKnownPassword,
  type FactorDecision,
  type FactorState,
} from './decide-factors.ts';

/** The number of factors that a result has to prove. */
export const LEVELS = ['1', '2'] as const;
export type Level = (typeof LEVELS)[number];

/** A host's requirements for a sign-in. */
export interface Demand {
  acr: Level;
  /** The maximum age of each factor. Absent: the resource's own limit. */
  maxAgeMs?: number;
}

/** A second factor that was shown before. */
export interface PassedSecond {
  at: number;
  token: TokenId;
  kind: TokenKind;
  /** RFC 8176 method references. */
  methods: string[];
  /** It was two factors by itself. */
  isTwo?: true;
}

/** The factors that a user has shown before and that still count. */
export interface PassedFactors {
  password?: { at: number; digest: string };
  second?: PassedSecond;
}

/** A sign-in whose result the host has consumed, stored for as long as its resource remembers. */
export interface Authentication extends PassedFactors {
  account: AccountId;
  resource: ResourceId;
  user: UserId;
  /** The user's credential epoch then. Absent: 0. */
  epoch?: number;
}

/**
 * The factors of an earlier sign-in that still count (SR-4): each factor while it is recent enough, the password while
 * it is unchanged, the second factor while its token belongs to the user and is usable.
 *
 * @param facts.usable the user's assigned tokens that are usable now
 */
export function validFactors(
  earlier: Authentication | undefined,
  facts: {
    account: AccountId;
    resource: ResourceId;
    user: UserId;
    /** Of the user's password. Undefined: none is asked for, so none counts. */
    digest: string | undefined;
    usable: readonly TokenId[];
    maxAgeMs: number;
    /** The user's credential epoch: no factor of an earlier one counts. */
    epoch: number;
  },
  now: number,
): PassedFactors {
  const isTheirs =
    earlier?.account === facts.account && earlier.resource === facts.resource && earlier.user === facts.user;
  if (!earlier || !isTheirs || (earlier.epoch ?? 0) !== facts.epoch) return {};
  const isYoung = (at: number) => at <= now && now - at < facts.maxAgeMs;
  const { password, second } = earlier;
  return {
    ...(password && isYoung(password.at) && password.digest === facts.digest && { password }),
    ...(second && isYoung(second.at) && facts.usable.includes(second.token) && { second }),
  };
}

/** The maximum age of a factor: the host's requirement, and at most the time that the resource remembers. */
export function oldestAllowedMs(demand: Pick<Demand, 'maxAgeMs'>, rememberMs: number | undefined): number {
  return Math.min(demand.maxAgeMs ?? MAX_REMEMBERED_MS, rememberMs ?? 0, MAX_REMEMBERED_MS);
}

/** The factors still to be shown. Factors shown before only reduce them. */
export function missingFactors(
  required: { password: boolean; otp: boolean },
  shown: PassedFactors,
): { password: boolean; otp: boolean } {
  return {
    password: required.password && shown.password === undefined && shown.second?.isTwo !== true,
    otp: required.otp && shown.second === undefined,
  };
}

export type RequiredFactors =
  | Extract<FactorDecision, { kind: 'factors' }>
  | { kind: 'deny'; reason: DenialReason | 'level' | 'environment' };

/**
 * The factors of a sign-in: those of the resource's method, and those that a required level and an unknown browser add.
 * Both only add: they accept no user whom the method denies, and drop none of its factors.
 */
export function requiredFactors(
  method: Method,
  tokens: readonly FactorState[],
  beyond: {
    level?: Level | undefined;
    /** Whether the user can show the first factor. */
    hasFirstFactor: boolean;
    /** Whose password it is. Absent: the first factor is no password. */
    user?: Pick<User, 'passwordByHelpDesk'> | undefined;
    differs?: 'demand-otp' | 'refuse' | undefined;
  },
): RequiredFactors {
  const { level, hasFirstFactor, user = {}, differs } = beyond;
  const decision = decideFactors(method, tokens);
  if (decision.kind === 'deny') {
    // A user without such a token is told what is required; a locked or expired one is reported as such.
    const has = decision.reason !== 'no-token' && decision.reason !== 'deactivated';
    return level === '2' && !has ? { kind: 'deny', reason: 'level' } : decision;
  }
  if (differs === 'refuse') return { kind: 'deny', reason: 'environment' };
  const canShow = tokens.includes('active') || decision.recoveryOnly === true;
  const password = decision.password || level === '2';
  if (level === '2' && !canShow) return { kind: 'deny', reason: 'level' };
  if (level !== undefined && password && !hasFirstFactor) return { kind: 'deny', reason: 'level' };
  if (decision.otp || (level !== '2' && differs === undefined)) {
    return denyKnownPassword({ ...decision, password }, user);
  }
  if (!canShow) return { kind: 'deny', reason: 'environment' };
  return { kind: 'factors', password, otp: true, otpSkipped: false };
}

/** The refusal code of a denial after the first factor, or for a user named by a host. */
export function requiredDenial(
  reason: DenialReason | 'level' | 'environment',
  user: Pick<User, 'needsConfirmation'> | undefined,
) {
  if (reason === 'level') return 'LEVEL_UNREACHABLE';
  return reason === 'environment' ? 'ENVIRONMENT_MISMATCH' : denialCode(reason, user);
}
