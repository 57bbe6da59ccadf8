import { decideFactors } from '../authentication/decide-factors.ts';
import { decoyForUnknownUser } from '../authentication/decoy-for-unknown-user.ts';
import { isFirstFactorCurrent } from '../authentication/first-factor.ts';
import { locateTyped } from '../authentication/locate-typed.ts';
import { acceptedKindsFrom, factorOptions, factorStates, secondFactorTokens } from '../authentication/second-factor.ts';
import { verifyUserFactor } from '../authentication/verify-second-factor.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader } from '../kernel/ports/store.ts';
import { isRefusal, type Refusal, refusal, withAudit } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import { usableTokens } from '../tokens/usable-tokens.ts';
import type { User } from '../users/user.ts';
import type { Flow } from './flow.ts';
import { askRecoveryCode } from './flow-transitions.ts';
import type { Rule, VerifiedSecondFactor } from './rule.ts';
import { askAfterSecondFactor, askOnLock } from './run-rules.ts';
import type { StepContext } from './step.ts';
import type { StepOutcome, StepPorts } from './step-outcome.ts';

/**
 * Any second factor of a sign-in. Without a first factor, all refusals about the user are the same (SR-17).
 */
export async function checkSecondFactor(
  ports: StepPorts,
  { flow, resource, rules }: StepContext<'otp' | 'recovery' | 'passkey'>,
  answer: SecondAnswer,
): Promise<StepOutcome> {
  // A right code here confirms no transaction.
  if (flow.transaction) return { refusal: refusal('ACCESS_DENIED') };
  const anonymous = flow.user === undefined;
  // The resource asked for the code alone when the login was given; it may have become stricter since.
  if (anonymous && resource.methodPolicy !== 'otp') return { refusal: refusal('ACCESS_DENIED') };
  const user = await locateUserOf(ports, flow);
  if (!user) {
    if (!anonymous) return { refusal: refusal('ACCESS_DENIED') };
    await decoyForUnknownUser(ports, flow.account, flow.login ?? '', answer);
    return { refusal: refusal('INVALID_CREDENTIALS') };
  }

  // A thief must not sign in with a password that was changed, or with a mailbox that was replaced (SR-38, SR-39).
  if (!isFirstFactorCurrent(flow, resource, user)) return { refusal: refusal('ACCESS_DENIED') };

  const firstStands =
    flow.passwordVerified || flow.mailboxDigest !== undefined || flow.loginRequest?.hostCheckedPassword === true;
  const outcome = await verifyUserFactor(ports, {
    way: 'widget',
    method: firstStands ? 'password-otp' : 'otp',
    user,
    name: anonymous ? flow.login : undefined,
    resource,
    answer,
    scope: flow.id,
  });
  if (!isRefusal(outcome)) {
    return continueAfterSecondFactor(ports, rules, { flow, resource, user, shown: outcome });
  }
  const about = user.id;
  if (anonymous && outcome.refused !== 'OTP_REPLAYED') {
    const { reason = outcome.refused, tokens = [] } = outcome.audit ?? {};
    return { refusal: refusal('INVALID_CREDENTIALS', {}, { about, reason, tokens }) };
  }
  // Only after a first factor: otherwise it would reveal which names have which codes.
  const isHinted = outcome.refused === 'OTP_WRONG' && outcome.clockOff === true && firstStands;
  const hinted: Refusal = isHinted ? { ...outcome, refused: 'OTP_CLOCK_OFF' } : outcome;
  const why = withAudit(hinted, { about });
  return why.refused === 'TOKEN_LOCKED' ? afterLock(ports, rules, { flow, resource, user }, why) : { refusal: why };
}

/**
 * Wrong codes have locked the token: the sign-in goes on with a recovery code where a new one would, and ends otherwise.
 * That gives no guess: codes of the token are no longer evaluated, and recovery codes have a count of their own (SR-15).
 */
async function afterLock(
  ports: StepPorts,
  rules: readonly Rule[],
  { flow, resource, user }: { flow: Flow; resource: Resource; user: User },
  why: Refusal,
): Promise<StepOutcome> {
  const tokens = (await loadAssignedTokens(ports, user, resource.id)).tokens.map(({ value }) => value);
  const wayBack = flow.passwordVerified ? await askOnLock(rules, ports, { resource, user, tokens }) : undefined;
  const now = ports.clock.now();
  const accepts = acceptedKindsFrom(user, resource);
  const factors = decideFactors('password-otp', factorStates(secondFactorTokens(resource, tokens), accepts, now));
  if (factors.kind !== 'factors' || !factors.recoveryOnly) {
    return { refusal: why, ...(wayBack && { after: wayBack.after }) };
  }
  const options = factorOptions(usableTokens(tokens, accepts, now));
  const besides = factorOptions(wayBack?.besides ?? []);
  const required = refusal('RECOVERY_CODE_REQUIRED', {}, { ...why.audit, reason: why.audit?.reason ?? why.refused });
  return {
    refusal: required,
    again: (held) => ({ ...askRecoveryCode(held, options, besides), error: { code: required.refused } }),
  };
}

/** Completes the sign-in, unless a rule has something else come first. */
export async function continueAfterSecondFactor(
  ports: StepPorts,
  rules: readonly Rule[],
  second: VerifiedSecondFactor,
): Promise<StepOutcome> {
  return (await askAfterSecondFactor(rules, ports, second)) ?? { finish: { user: second.user, ...second.shown } };
}

/** The user whom the password or the host named or, in code-only sign-in, the user behind the typed name. */
function locateUserOf(
  ports: Pick<Ports, 'clock' | 'random'> & { store: DocumentReader },
  flow: Flow,
): Promise<User | undefined> {
  return locateTyped(ports, flow.account, flow.user ?? flow.login ?? '');
}
