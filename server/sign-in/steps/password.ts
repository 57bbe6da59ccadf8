import { endsByBreach, isBreachedAt } from '../../authentication/breached-password.ts';
import { type CorrectPassword, checkPassword } from '../../authentication/check-password.ts';
import { accessKeys, readAccess } from '../../authentication/read-access.ts';
import { isRefusal, type Result, refusal, withAudit } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { mailsFirstFactor } from '../../resources/resource.ts';
import type { ReadAhead } from '../../store/read-ahead.ts';
import type { User } from '../../users/user.ts';
import {
  assessFirstFactor,
  endWithFirstFactor,
  prepareSecondFactor,
  refuseAfterFirstFactor,
  refuseBreached,
  replaceTokens,
  reuseSecondFactor,
  type VerifiedFirstFactor,
} from '../after-first-factor.ts';
import { startEnrolment } from '../enrolment/enrolment-transitions.ts';
import { offerEnrolment, wantsEnrolment } from '../enrolment/offer-enrolment.ts';
import type { FlowAt, TrustOffer } from '../flow.ts';
import { isPlainSignIn } from '../plain-sign-in.ts';
import { isUnlockableByMail } from '../recovery/unlock/unlock-link.ts';
import { canRequestUnlock } from '../recovery/unlock/unlockable-tokens.ts';
import { trustBasis } from '../rules/trusted-browsers/trusted-browser.ts';
import { findShownBrowser, findTrustedBrowser } from '../rules/trusted-browsers/use-trust.ts';
import type { Step, StepContext, StepOutcome, StepPorts } from '../step.ts';
import { offerUnlock } from '../transitions.ts';

/**
 * Verifies the password. Only then does the assignment decide what is still missing: the server picks the method, never
 * the browser.
 */
export const password: Step<'password', { password: string; browsers?: string[] | undefined }> = {
  at: ['password'],
  proof: 'guess',
  leadsTo: ['otp', 'passkey', 'recovery', 'enrol', 'done', 'self'],
  async handle(ports, context, { password: typed, browsers = [] }) {
    const { flow, client } = context;
    const { account, resource } = flow;
    const name = flow.user ?? flow.login;
    const readAgain = accessKeys(resource, account, context.resource);
    const who = { account, resource, name, address: client.address, way: 'widget' } as const;
    const findBrowser = (user: User | undefined) => findShownBrowser(ports, context.resource, user, browsers);
    const checked = await checkPassword(
      ports,
      { ...who, password: typed, readAgain, findBrowser },
      (right, ahead) => afterPassword(ports, context, right, { typed, browsers }, ahead),
      undefined,
      context.ahead,
    );
    return isRefusal(checked) ? { refusal: checked } : checked;
  },
};

type VerifiedPassword = VerifiedFirstFactor<FlowAt<'password'>>;

async function afterPassword(
  ports: StepPorts,
  { flow, client }: StepContext<'password'>,
  { user, tokens }: CorrectPassword,
  { typed, browsers }: { typed: string; browsers: readonly string[] },
  ahead: ReadAhead,
): Promise<Result<StepOutcome>> {
  // The resource's requirements may have changed while the password was hashed.
  const access = await readAccess({ ...ports, store: ahead }, flow.resource, client.address);
  if (isRefusal(access)) return withAudit(access, { about: user.id });
  if (mailsFirstFactor(access.resource)) return refusal('ACCESS_DENIED', {}, { about: user.id });
  // Before a code is sent, which an outage of the list would waste.
  const breached = await isBreachedAt(ports, access.resource, typed);
  const digest = passwordDigest(user);
  const first = { password: true, passwordDigest: digest } as const;
  const right = await assessFirstFactor(ports, { flow, resource: access.resource, user, first, tokens });
  const outcome = await continueWith(ports, right, { browsers, breached });
  return breached ? markBreached(outcome, digest) : outcome;
}

async function continueWith(
  ports: StepPorts,
  right: VerifiedPassword,
  { browsers, breached }: { browsers: readonly string[]; breached: boolean },
): Promise<Result<StepOutcome>> {
  if (right.factors.kind === 'factors' && right.factors.otp && right.flow.enrolmentLink === undefined) {
    const reused = reuseSecondFactor(right);
    if (reused) return reused;
    if (right.factors.recoveryOnly) return askRecoveryCode(ports, right);
    const trusted = await skipForTrustedBrowser(ports, right, browsers);
    return trusted ?? prepareSecondFactor(ports, right, offerTrust(right, ports.clock.now()));
  }
  const replaced = await replaceToken(ports, right, breached);
  if (replaced) return replaced;
  const enrolling = await offerEnrolmentStep(ports, right);
  if (enrolling && breached && endsByBreach(right.flow, right.resource)) return refuseBreached(ports, right);
  return enrolling ?? endWithPassword(ports, right);
}

/**
 * Wrong codes have locked the user's tokens: the page says so and asks for a recovery code. Where a link may be mailed
 * that unlocks them, they stay among the options: choosing one leads to that offer.
 */
async function askRecoveryCode(ports: StepPorts, right: VerifiedPassword): Promise<Result<StepOutcome>> {
  const { resource, user, tokens } = right;
  const canUnlock = await canRequestUnlock(ports, resource, user, tokens);
  return prepareSecondFactor(ports, right, { locked: canUnlock ? tokens.filter(isUnlockableByMail) : [] });
}

/** Not for a link, which is a permission of its own, and not where the page asks for the password again. */
async function replaceToken(
  ports: StepPorts,
  right: VerifiedPassword,
  isBreached: boolean,
): Promise<Result<StepOutcome> | undefined> {
  const { enrolmentLink, self } = right.flow;
  return enrolmentLink === undefined && !self ? replaceTokens(ports, right, isBreached) : undefined;
}

/** Kept until the last factor: the password alone does not show it. */
function markBreached(outcome: Result<StepOutcome>, breached: string): Result<StepOutcome> {
  if ('finish' in outcome) return { finish: { ...outcome.finish, breached: true } };
  return 'move' in outcome ? { move: (held) => ({ ...outcome.move(held), breached }) } : outcome;
}

/** A browser that the user trusts needs no code, unless it is an unknown one. The password is right already. */
async function skipForTrustedBrowser(
  ports: StepPorts,
  { flow, resource, user, first, environment }: VerifiedPassword,
  secrets: readonly string[],
): Promise<StepOutcome | undefined> {
  if (!isPlainSignIn(flow) || environment?.differs !== undefined) return undefined;
  const browser = await findTrustedBrowser(ports, { resource, user }, secrets);
  return browser && { finish: { user, ...first, otp: 'remembered', browser: browser.id } };
}

/** The offer to trust this browser, which the code then completes. */
function offerTrust({ flow, resource, user, tokens }: VerifiedPassword, now: number): { trust?: TrustOffer } {
  const { trustedBrowserDays: days } = resource;
  if (days === undefined || !isPlainSignIn(flow)) return {};
  return { trust: { basis: trustBasis({ resource, user, tokens }, now), days } };
}

/**
 * A token to set up first. Not from an unknown browser after a password alone, and not if the password was only asked
 * for again.
 */
async function offerEnrolmentStep(
  ports: StepPorts,
  { flow, resource, user, environment }: VerifiedPassword,
): Promise<StepOutcome | undefined> {
  const isLinked = flow.enrolmentLink !== undefined;
  if (!isLinked && (environment?.differs !== undefined || flow.self)) return undefined;
  const question = { user, resource, basis: isLinked ? 'link' : 'password', isAsked: wantsEnrolment(flow) } as const;
  const enrolling = await offerEnrolment(ports, question, { otp: 'not_used' });
  return enrolling && { move: (held) => startEnrolment(held, user, passwordDigest(user), enrolling) };
}

/** Completes with the password alone, or denies if no other factor helps. */
async function endWithPassword(ports: StepPorts, right: VerifiedPassword): Promise<Result<StepOutcome>> {
  const { flow, resource, user, tokens, factors } = right;
  // A mailed link leads to a token, never to a result.
  if (flow.enrolmentLink !== undefined) return refusal('ACCESS_DENIED', {}, { about: user.id });
  const ended = endWithFirstFactor(right);
  if (ended) return ended;
  const isLocked = factors.kind === 'deny' && factors.reason === 'locked';
  const canUnlock = isLocked && (await canRequestUnlock(ports, resource, user, tokens));
  return {
    refusal: refuseAfterFirstFactor(right),
    ...(canUnlock && { after: offerUnlock(user, passwordDigest(user)) }),
  };
}
