import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { passwordRemedy } from '../authentication/breached-password.ts';
import { widgetMethod } from '../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorOptions, factorStates, secondFactorTokens } from '../authentication/second-factor.ts';
import { type RequiredFactors, requiredDenial, requiredFactors } from '../authentication/step-up.ts';
import { isRefusal, type Refusal, type Result, refusal, withAudit } from '../kernel/result.ts';
import type { Token } from '../tokens/token.ts';
import { usableTokens } from '../tokens/usable-tokens.ts';
import { acceptFirstFactor } from './flow-transitions.ts';
import { prepareFirst } from './prepare-factor.ts';
import type { FirstFactor, FirstFactorFacts, Rule, VerifiedFirstFactor } from './rule.ts';
import { askOnLock, assessByRules, decideByRules } from './run-rules.ts';
import type { StepOutcome, StepPorts } from './step-outcome.ts';

/** Continues after a first factor. The server picks the method, never the browser. */
export async function continueAfterFirstFactor(
  ports: StepPorts,
  rules: readonly Rule[],
  first: FirstFactor,
): Promise<StepOutcome> {
  const { marks: known, ...facts } = await assessByRules(rules, ports, first);
  const right = { ...first, ...facts, ...requireFactors(ports, first, facts) };
  const { decided, marks } = await decideByRules(rules, ports, right);
  const outcome = decided ?? (await continueByFactors(ports, rules, right));
  if (isRefusal(outcome)) return { refusal: outcome };
  if ('finish' in outcome) return { finish: { ...outcome.finish, ...omitUndefined({ breached: facts.breached }) } };
  return 'move' in outcome ? { ...outcome, move: (held) => ({ ...outcome.move(held), ...known, ...marks }) } : outcome;
}

/** What the resource and the host still require. */
function requireFactors(
  ports: StepPorts,
  { flow, resource, user, first, tokens }: FirstFactor,
  { differs }: FirstFactorFacts,
): Pick<VerifiedFirstFactor, 'usable' | 'factors'> {
  const now = ports.clock.now();
  const accepts = acceptedKindsFrom(user, resource);
  const states = factorStates(secondFactorTokens(resource, tokens), accepts, now);
  const factors = requiredFactors(widgetMethod(resource.methodPolicy, states), states, {
    level: flow.demand?.acr,
    hasFirstFactor: true,
    user: 'mailboxDigest' in first ? undefined : user,
    differs,
  });
  return { usable: usableTokens(tokens, accepts, now), factors };
}

/** Asks for the second factor, completes with the first one, or ends if nothing that the user could show is enough. */
async function continueByFactors(
  ports: StepPorts,
  rules: readonly Rule[],
  right: VerifiedFirstFactor,
): Promise<Result<StepOutcome>> {
  const { user, first, factors } = right;
  const findWayBack = () => ('passwordDigest' in first ? askOnLock(rules, ports, right) : undefined);
  if (factors.kind === 'factors') {
    if (!factors.otp) return { finish: { user, ...first, otp: factors.otpSkipped ? 'skipped' : 'not_used' } };
    // Wrong codes have locked the user's tokens: the page says so and asks for a recovery code. With a way back they stay
    // among the options.
    const wayBack = factors.recoveryOnly ? await findWayBack() : undefined;
    return prepareSecondFactor(ports, right, wayBack?.besides);
  }
  const wayBack = factors.reason === 'locked' ? await findWayBack() : undefined;
  return { refusal: refuseAfterFirstFactor(right, factors.reason), ...(wayBack && { after: wayBack.after }) };
}

/** @param besides locked tokens that the page offers as well: choosing one leads to the way back */
export async function prepareSecondFactor(
  ports: StepPorts,
  { flow, resource, user, first, usable, factors }: VerifiedFirstFactor,
  besides: readonly Token[] = [],
): Promise<Result<StepOutcome>> {
  const options = factorOptions(usable);
  const challenge = await prepareFirst(ports, flow, resource, { options, usable });
  if (isRefusal(challenge)) return withAudit(challenge, { about: user.id });
  const next = {
    ...(factors.kind === 'factors' && factors.recoveryOnly && { error: { code: 'RECOVERY_CODE_REQUIRED' } as const }),
    ...(besides.length > 0 && { factors: [...options, ...factorOptions(besides)] }),
  };
  return { move: (held) => ({ ...acceptFirstFactor(held, user, first, options, challenge), ...next }) };
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

function refuseAfterFirstFactor(
  { user, tokens, percent }: VerifiedFirstFactor,
  reason: Extract<RequiredFactors, { kind: 'deny' }>['reason'],
): Refusal {
  const audit = { about: user.id, tokens: tokens.map(({ id }) => id), ...omitUndefined({ percent }) };
  return refusal(requiredDenial(reason, user), {}, audit);
}
