import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { endsByBreach, passwordRemedy } from '../authentication/breached-password.ts';
import { widgetMethod } from '../authentication/decide-factors.ts';
import { secondFactorTokens } from '../authentication/first-factor.ts';
import { acceptedKindsFrom, factorOptions, factorStates } from '../authentication/second-factor.ts';
import { type RequiredFactors, requiredDenial, requiredFactors } from '../authentication/step-up.ts';
import { assessEnvironment } from '../browsers/assess-environment.ts';
import type { EnvironmentVerdict } from '../browsers/device-fingerprint/environment-verdict.ts';
import { isRefusal, type Refusal, type Result, refusal, withAudit } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import type { Token } from '../tokens/token.ts';
import { usableTokens } from '../tokens/usable-tokens.ts';
import type { User } from '../users/user.ts';
import { startEnrolment } from './enrolment/enrolment-transitions.ts';
import { startReplacement } from './enrolment/start-replacement.ts';
import type { Flow, TrustOffer } from './flow.ts';
import { prepareFirst } from './prepare-factor.ts';
import type { StepOutcome, StepPorts } from './step.ts';
import { acceptFirstFactor, type FirstFactorProof } from './transitions.ts';

/** A first factor that was right, and all the data that decides what follows it. */
export interface VerifiedFirstFactor<At extends Flow = Flow> {
  flow: At;
  resource: Resource;
  user: User;
  first: FirstFactorProof;
  tokens: readonly Token[];
  usable: Token[];
  environment: EnvironmentVerdict | undefined;
  factors: RequiredFactors;
}

/** What the resource and the host still require. The server picks the method, never the browser. */
export async function assessFirstFactor<At extends Flow>(
  ports: StepPorts,
  right: Pick<VerifiedFirstFactor<At>, 'flow' | 'resource' | 'user' | 'first' | 'tokens'>,
): Promise<VerifiedFirstFactor<At>> {
  const { flow, resource, user, first, tokens } = right;
  const now = ports.clock.now();
  const accepts = acceptedKindsFrom(user, resource);
  const states = factorStates(secondFactorTokens(resource, tokens), accepts, now);
  const environment = await assessEnvironment(ports, resource, user.id, flow.environment);
  const factors = requiredFactors(widgetMethod(resource.methodPolicy, states), states, {
    level: flow.demand?.acr,
    hasFirstFactor: true,
    user: 'mailboxDigest' in first ? undefined : user,
    differs: environment?.differs,
  });
  return { ...right, usable: usableTokens(tokens, accepts, now), environment, factors };
}

/** The second factor of an earlier sign-in, if it still counts. In an unknown browser it has to be shown again. */
export function reuseSecondFactor({
  flow,
  user,
  first,
  usable,
  environment,
}: VerifiedFirstFactor): StepOutcome | undefined {
  const second = environment?.differs === undefined ? flow.kept?.second : undefined;
  if (!second || !usable.some(({ id }) => id === second.token)) return undefined;
  const { token, kind } = second;
  return { finish: { user, ...first, otp: 'verified', token, kind, second } };
}

/** @param more `locked`: tokens that the page offers besides, to have them unlocked */
export async function prepareSecondFactor(
  ports: StepPorts,
  { flow, resource, user, first, usable, factors }: VerifiedFirstFactor,
  { locked = [], ...more }: { trust?: TrustOffer; locked?: readonly Token[] } = {},
): Promise<Result<StepOutcome>> {
  const options = factorOptions(usable);
  const challenge = await prepareFirst(ports, flow, resource, { options, usable });
  if (isRefusal(challenge)) return withAudit(challenge, { about: user.id });
  const next = {
    ...more,
    ...(factors.kind === 'factors' && factors.recoveryOnly && { error: { code: 'RECOVERY_CODE_REQUIRED' } as const }),
    ...(locked.length > 0 && { factors: [...options, ...factorOptions(locked)] }),
  };
  return { move: (held) => ({ ...acceptFirstFactor(held, user, first, options, challenge), ...next }) };
}

/**
 * Where a token is required and all of the user's are deactivated: a recovery code, if they have any, and a new token
 * come before the result. Undefined: the first factor is enough, or nothing helps.
 */
export async function replaceTokens(
  ports: StepPorts,
  right: VerifiedFirstFactor,
  isBreached = false,
): Promise<Result<StepOutcome> | undefined> {
  const { factors, flow, resource, user, first, tokens } = right;
  if (factors.kind !== 'factors' || !factors.otpSkipped) return undefined;
  const replacement = await startReplacement(ports, { user, resource, tokens, passed: { otp: 'not_used' } });
  if (!replacement) return undefined;
  if ('refused' in replacement) return refusal(replacement.refused, {}, { about: user.id });
  if ('recovery' in replacement) return prepareSecondFactor(ports, { ...right, usable: replacement.recovery });
  if (isBreached && endsByBreach(flow, resource)) return refuseBreached(ports, right);
  const digest = 'passwordDigest' in first ? first.passwordDigest : undefined;
  return { move: (held) => startEnrolment(held, user, digest, replacement.enrolling) };
}

/** No factor is left that could be shown beside a breached password. */
export function refuseBreached(
  ports: Pick<StepPorts, 'courier'>,
  { resource, user }: Pick<VerifiedFirstFactor, 'resource' | 'user'>,
): StepOutcome {
  const unlock = passwordRemedy(ports, resource, user);
  return {
    refusal: refusal('PASSWORD_CHANGE_REQUIRED', {}, { about: user.id }),
    after: (denied) => ({ ...denied, unlock }),
  };
}

/** Completes with the first factor alone. Undefined: nothing that the user could show is enough. */
export function endWithFirstFactor({ user, first, factors }: VerifiedFirstFactor): StepOutcome | undefined {
  if (factors.kind !== 'factors') return undefined;
  return { finish: { user, ...first, otp: factors.otpSkipped ? 'skipped' : 'not_used' } };
}

/** Why the sign-in ends after the first factor. */
export function refuseAfterFirstFactor({ user, tokens, environment, factors }: VerifiedFirstFactor): Refusal {
  const percent = environment?.percent ?? undefined;
  const audit = { about: user.id, tokens: tokens.map(({ id }) => id), ...omitUndefined({ percent }) };
  return refusal(factors.kind === 'deny' ? requiredDenial(factors.reason, user) : 'ACCESS_DENIED', {}, audit);
}
