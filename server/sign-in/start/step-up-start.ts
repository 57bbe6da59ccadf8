import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { widgetMethod } from '../../authentication/decide-factors.ts';
import { hasFirstFactor } from '../../authentication/first-factor.ts';
import {
  acceptedKindsFrom,
  factorOptions,
  factorStates,
  secondFactorTokens,
} from '../../authentication/second-factor.ts';
import {
  type Authentication,
  missingFactors,
  oldestAllowedMs,
  type PassedFactors,
  requiredDenial,
  requiredFactors,
  validFactors,
} from '../../authentication/step-up.ts';
import type { EnvironmentVerdict } from '../../browsers/device-fingerprint/environment-verdict.ts';
import type { UserId } from '../../kernel/ids.ts';
import { isEnrolmentRequired } from '../../resources/enrolment-policy.ts';
import { mailsFirstFactor, type Resource } from '../../resources/resource.ts';
import type { Token } from '../../tokens/token.ts';
import { usableTokens } from '../../tokens/usable-tokens.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import type { User } from '../../users/user.ts';
import type { VerifiedFactors } from '../complete-flow.ts';
import type { Flow, LoginRequest } from '../flow.ts';
import { addEarlierFactors, type ChallengeDraft, createStepUpFlow, firstStep } from '../flow-transitions.ts';

export interface StepUpFacts {
  resource: Resource;
  user: User;
  /** Identifies the user's current password. */
  passwordDigest: string;
  tokens: readonly Token[];
  /** The sign-in that the login request names, of any user. */
  earlier: Authentication | undefined;
  environment: EnvironmentVerdict | undefined;
  /** The challenge prepared for the first of their options. */
  offered: ChallengeDraft | undefined;
}

type StepUpStart =
  | { refused: RefusalCode }
  /** A factor is missing. */
  | { flow: Flow }
  /** No factor is missing. */
  | { flow: Flow; passed: VerifiedFactors };

/**
 * A login request that requires a level or an age. The required factors are those of the resource, raised to the level;
 * factors of the earlier sign-in that still count are not asked for again.
 */
export function startStepUp(
  begun: Flow,
  request: LoginRequest & { user: UserId },
  { resource, user, passwordDigest, tokens, earlier, environment, offered }: StepUpFacts,
  now: number,
): StepUpStart {
  const isMailed = mailsFirstFactor(resource);
  const accepts = acceptedKindsFrom(user, resource);
  const states = factorStates(secondFactorTokens(resource, tokens), accepts, now);
  const required = requiredFactors(widgetMethod(resource.methodPolicy, states), states, {
    level: request.demand?.acr,
    hasFirstFactor: hasFirstFactor(resource, user),
    user: isMailed ? undefined : user,
    differs: environment?.differs,
  });
  if (required.kind === 'deny') return { refused: requiredDenial(required.reason, user) };

  const usable = usableTokens(tokens, accepts, now);
  const maxAgeMs = oldestAllowedMs(request.demand ?? {}, resource.rememberMs);
  const { account } = resource;
  const ids = usable.map(({ id }) => id);
  const whose = {
    account,
    resource: resource.id,
    user: user.id,
    digest: isMailed ? undefined : passwordDigest,
    usable: ids,
    maxAgeMs,
    epoch: epochOf(user),
  };
  // In an unknown browser, no factor was shown before. Where a token has to be replaced, the password is asked for again.
  const isReplacing = required.otpSkipped && isEnrolmentRequired(resource.enrolment, now);
  const shown: PassedFactors = environment?.differs || isReplacing ? {} : validFactors(earlier, whose, now);
  const missing = missingFactors(required, shown);
  if (missing.password || missing.otp) {
    const keptUntil = Math.min(...agesOf(shown).map((at) => at + maxAgeMs));
    const first = missing.password ? firstStep(resource) : undefined;
    const asked = { first, options: factorOptions(usable), offered, keptUntil };
    return { flow: createStepUpFlow(begun, request, user.login, shown, asked) };
  }
  const { second } = shown;
  const shownSecond = second && { token: second.token, kind: second.kind, second };
  const flow = { ...addEarlierFactors(begun, shown), ...omitUndefined({ demand: request.demand }) };
  const percent = environment?.percent ?? undefined;
  const otp = required.otp ? 'verified' : required.otpSkipped ? 'skipped' : 'not_used';
  return {
    flow,
    passed: { user, otp, ...(required.otp && shownSecond), ...omitUndefined({ environment: percent }) },
  };
}

function agesOf({ password, second }: PassedFactors): number[] {
  return [password?.at, second?.at].filter((at) => at !== undefined);
}
