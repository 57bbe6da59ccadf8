import type { RefusalCode } from '@countersign/protocol/codes';
import { widgetMethod } from '../authentication/methods.ts';
import { acceptedKindsFrom, factorOptions, factorStates, usableTokens } from '../authentication/second-factor.ts';
import {
  type Authentication,
  missingFactors,
  oldestAllowedMs,
  requiredDenial,
  requiredFactors,
  type ShownFactors,
  stillCounting,
} from '../authentication/step-up.ts';
import type { JudgedEnvironment } from '../browsers/device-fingerprint/environment-check.ts';
import type { Flow, LoginRequest } from '../flows/flow.ts';
import { type ChallengeDraft, type Passed, stepUpFlow, withKept } from '../flows/transitions.ts';
import type { UserId } from '../kernel/ids.ts';
import type { Resource } from '../resources/resource.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

export interface StepUpFacts {
  resource: Resource;
  user: User;
  /** Tells their password of now from those before it. */
  passwordDigest: string;
  tokens: readonly Token[];
  /** What the login request names, whosever it is. */
  earlier: Authentication | undefined;
  environment: JudgedEnvironment | undefined;
  /** What the first of their ways needed made. */
  offered: ChallengeDraft | undefined;
}

export type StepUpStart =
  | { refused: RefusalCode }
  /** Something is missing. */
  | { flow: Flow }
  /** Nothing is. */
  | { flow: Flow; passed: Passed };

/**
 * A login request that demands a level or an age. What is required is what the resource asks for, raised to the level;
 * what of it the earlier sign-in has shown, and still counts, is not asked for again.
 */
export function startStepUp(
  begun: Flow,
  request: LoginRequest & { user: UserId },
  { resource, user, passwordDigest, tokens, earlier, environment, offered }: StepUpFacts,
  now: number,
): StepUpStart {
  const accepts = acceptedKindsFrom(user, resource);
  const states = factorStates(tokens, accepts, now);
  const required = requiredFactors(widgetMethod(resource.methodPolicy, states), states, {
    level: request.demand?.acr,
    hasPassword: user.passwordHash !== undefined,
    differs: environment?.differs,
  });
  if (required.kind === 'deny') return { refused: requiredDenial(required.reason, user) };

  const usable = usableTokens(tokens, accepts, now);
  const maxAgeMs = oldestAllowedMs(request.demand ?? {}, resource.rememberMs);
  const { account } = resource;
  const ids = usable.map(({ id }) => id);
  const whose = { account, resource: resource.id, user: user.id, digest: passwordDigest, usable: ids, maxAgeMs };
  // In a browser that is unlike the person's, nothing has been shown before.
  const shown: ShownFactors = environment?.differs ? {} : stillCounting(earlier, whose, now);
  const missing = missingFactors(required, shown);
  if (missing.password || missing.otp) {
    const keptUntil = Math.min(...agesOf(shown).map((at) => at + maxAgeMs));
    const asked = { password: missing.password, options: factorOptions(usable), offered, keptUntil };
    return { flow: stepUpFlow(begun, request, user.login, shown, asked) };
  }
  const { second } = shown;
  const shownSecond = second && { token: second.token, kind: second.kind, second };
  const flow = { ...withKept(begun, shown), ...(request.demand && { demand: request.demand }) };
  const percent = environment?.percent ?? undefined;
  const otp = required.otp ? 'verified' : required.otpSkipped ? 'skipped' : 'not_used';
  return {
    flow,
    passed: { user, otp, ...(required.otp && shownSecond), ...(percent !== undefined && { environment: percent }) },
  };
}

function agesOf({ password, second }: ShownFactors): number[] {
  return [password?.at, second?.at].filter((at) => at !== undefined);
}
