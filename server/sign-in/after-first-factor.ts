import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { passwordRemedy } from '../authentication/breached-password.ts';
import { widgetMethod } from '../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorOptions, factorStates, secondFactorTokens } from '../authentication/second-factor.ts';
import { type RequiredFactors, requiredDenial, requiredFactors } from '../authentication/step-up.ts';
import { isRefusal, type Refusal, type Result, refusal, withAudit } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import type { Token } from '../tokens/token.ts';
import { usableTokens } from '../tokens/usable-tokens.ts';
import { acceptFirstFactor, offerUnlock } from './flow-transitions.ts';
import { prepareFirst } from './prepare-factor.ts';
import { isUnlockableByMail } from './recovery/unlock/unlock-link.ts';
import { canRequestUnlock } from './recovery/unlock/unlockable-tokens.ts';
import type { FirstFactor, FirstFactorFacts, Rule, VerifiedFirstFactor } from './rule.ts';
import { assessByRules, decideByRules } from './run-rules.ts';
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
  const outcome = decided ?? (await continueByFactors(ports, right));
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
async function continueByFactors(ports: StepPorts, right: VerifiedFirstFactor): Promise<Result<StepOutcome>> {
  const { resource, user, first, tokens, factors } = right;
  const canUnlock = () => 'passwordDigest' in first && canRequestUnlock(ports, resource, user, tokens);
  if (factors.kind === 'factors') {
    if (!factors.otp) return { finish: { user, ...first, otp: factors.otpSkipped ? 'skipped' : 'not_used' } };
    // Wrong codes have locked the user's tokens: the page says so and asks for a recovery code. Where a link may be
    // mailed that unlocks them, they stay among the options: choosing one leads to that offer.
    const isOffered = factors.recoveryOnly && (await canUnlock());
    return prepareSecondFactor(ports, right, isOffered ? tokens.filter(isUnlockableByMail) : []);
  }
  const isOffered = factors.reason === 'locked' && (await canUnlock());
  return {
    refusal: refuseAfterFirstFactor(right, factors.reason),
    ...(isOffered && { after: offerUnlock(user, passwordDigest(user)) }),
  };
}

/** @param locked tokens that the page offers besides, to have them unlocked */
export async function prepareSecondFactor(
  ports: StepPorts,
  { flow, resource, user, first, usable, factors }: VerifiedFirstFactor,
  locked: readonly Token[] = [],
): Promise<Result<StepOutcome>> {
  const options = factorOptions(usable);
  const challenge = await prepareFirst(ports, flow, resource, { options, usable });
  if (isRefusal(challenge)) return withAudit(challenge, { about: user.id });
  const next = {
    ...(factors.kind === 'factors' && factors.recoveryOnly && { error: { code: 'RECOVERY_CODE_REQUIRED' } as const }),
    ...(locked.length > 0 && { factors: [...options, ...factorOptions(locked)] }),
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
