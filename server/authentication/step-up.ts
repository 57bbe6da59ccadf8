import type { Method } from '../kernel/event.ts';
import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { HOUR_MS } from '../kernel/time.ts';
import type { TokenKind } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { type DenialReason, decideFactors, denialCode, type FactorDecision, type FactorState } from './methods.ts';

/** How many factors a result has to stand for. */
export const LEVELS = ['1', '2'] as const;
export type Level = (typeof LEVELS)[number];

/** No resource remembers a sign-in for longer. */
export const LONGEST_REMEMBERED_MS = 12 * HOUR_MS;

/** What a host asks a sign-in to be. */
export interface Demand {
  acr: Level;
  /** No factor may have been shown longer ago. Absent: whatever the resource remembers will do. */
  maxAgeMs?: number;
}

/** A second factor that was shown before. */
export interface ShownSecond {
  at: number;
  token: TokenId;
  kind: TokenKind;
  /** In words of RFC 8176. */
  methods: string[];
  /** It was two factors by itself. */
  isTwo?: true;
}

/** What somebody has shown before, as far as it still counts. */
export interface ShownFactors {
  password?: { at: number; digest: string };
  second?: ShownSecond;
}

/** A sign-in whose result the host has consumed, kept for as long as its resource remembers. */
export interface Authentication extends ShownFactors {
  account: AccountId;
  resource: ResourceId;
  user: UserId;
}

/**
 * What of an earlier sign-in still counts (SR-4): each factor as long as it is young enough, the password while it is the
 * same one, the second factor while its token is theirs and may be used.
 *
 * @param facts.usable the tokens with which the person is assigned, those that could be answered with now
 */
export function stillCounting(
  earlier: Authentication | undefined,
  facts: {
    account: AccountId;
    resource: ResourceId;
    user: UserId;
    digest: string;
    usable: readonly TokenId[];
    maxAgeMs: number;
  },
  now: number,
): ShownFactors {
  const isTheirs =
    earlier?.account === facts.account && earlier.resource === facts.resource && earlier.user === facts.user;
  if (!earlier || !isTheirs) return {};
  const isYoung = (at: number) => at <= now && now - at < facts.maxAgeMs;
  const { password, second } = earlier;
  return {
    ...(password && isYoung(password.at) && password.digest === facts.digest && { password }),
    ...(second && isYoung(second.at) && facts.usable.includes(second.token) && { second }),
  };
}

/** How old a factor may be: as the host demands, and never older than the resource remembers. */
export function oldestAllowedMs(demand: Pick<Demand, 'maxAgeMs'>, rememberMs: number | undefined): number {
  return Math.min(demand.maxAgeMs ?? LONGEST_REMEMBERED_MS, rememberMs ?? 0, LONGEST_REMEMBERED_MS);
}

/** What is still to be shown. It only ever asks for less than what is required, by what has been shown. */
export function missingFactors(
  required: { password: boolean; otp: boolean },
  shown: ShownFactors,
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
 * Which factors a sign-in has to pass: as the resource's method has it, and beyond it what a demanded level and a browser
 * that differs ask for. Both only add: whom the method denies they do not let in, and what it asks for they do not drop.
 */
export function requiredFactors(
  method: Method,
  tokens: readonly FactorState[],
  beyond: { level?: Level | undefined; hasPassword: boolean; differs?: 'demand-otp' | 'refuse' | undefined },
): RequiredFactors {
  const { level, hasPassword, differs } = beyond;
  const decision = decideFactors(method, tokens);
  if (decision.kind === 'deny') {
    // Whoever has no such token is told what is asked for; one that is locked or expired says so itself.
    const has = decision.reason !== 'no-token' && decision.reason !== 'deactivated';
    return level === '2' && !has ? { kind: 'deny', reason: 'level' } : decision;
  }
  if (differs === 'refuse') return { kind: 'deny', reason: 'environment' };
  const canShow = tokens.includes('active');
  const password = decision.password || level === '2';
  if (level === '2' && !canShow) return { kind: 'deny', reason: 'level' };
  if (level !== undefined && password && !hasPassword) return { kind: 'deny', reason: 'level' };
  if (decision.otp || (level !== '2' && differs === undefined)) return { ...decision, password };
  if (!canShow) return { kind: 'deny', reason: 'environment' };
  return { kind: 'factors', password, otp: true, otpSkipped: false };
}

/** How a denial reads to whoever has shown the first factor, or is named by a host. */
export function requiredDenial(
  reason: DenialReason | 'level' | 'environment',
  user: Pick<User, 'needsConfirmation'> | undefined,
) {
  if (reason === 'level') return 'LEVEL_UNREACHABLE';
  return reason === 'environment' ? 'ENVIRONMENT_MISMATCH' : denialCode(reason, user);
}
