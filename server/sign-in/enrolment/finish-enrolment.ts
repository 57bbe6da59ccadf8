import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import { decideFactors, denyKnownPassword, widgetMethod } from '../../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorStates } from '../../authentication/second-factor.ts';
import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { isRefusal, refusal, withAudit } from '../../kernel/result.ts';
import { notifyUser } from '../../messages/notify.ts';
import type { Resource } from '../../resources/resource.ts';
import { type Draft, KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
import type { FirstProof } from '../../tokens/kinds/kind-enrolment.ts';
import { namesOf } from '../../tokens/own-token-name.ts';
import { ownedTokens } from '../../tokens/owned-tokens.ts';
import { isWebauthn, type Token } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';
import type { Flow, FlowAt } from '../flow.ts';
import { userContext } from '../flow-events.ts';
import type { Step, StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';
import { currentKinds, questionOf, readEnrolmentContext } from './context.ts';
import { createEnrolledToken } from './create-token.ts';
import {
  addFirstProof,
  completeLinkedEnrolment,
  renewDraft,
  requireEnrolment,
  showRecoveryCodes,
} from './enrolment-transitions.ts';
import { assessEnrolment } from './offer-enrolment.ts';
import type { PendingEnrolment } from './pending-enrolment.ts';

const DENIED = { refusal: refusal('ACCESS_DENIED') } as const;

/**
 * The first code of a new token, from an app or sent. Until it is right the token has no effect; then it counts as the
 * second factor of this sign-in, because it proves that the user has the device.
 */
export const enrol: Step<'enrol', { otp: string; language: MailLanguage }> = {
  at: ['enrol'],
  leadsTo: ['codes', 'done', 'self'],
  handle(ports, context, { otp, language }) {
    return prove(ports, context, { otp }, language);
  },
};

/** The passkey that the user's device made for this sign-in. Its challenge is void after one response. */
export const enrolPasskey: Step<'enrol', { response: PasskeyAttestation; language: MailLanguage }> = {
  at: ['enrol'],
  leadsTo: ['codes', 'done', 'self'],
  handle(ports, context, { response, language }) {
    return prove(ports, context, { response }, language);
  },
};

async function prove(
  ports: StepPorts,
  { flow, resource, client }: StepContext<'enrol'>,
  proof: FirstProof,
  language: MailLanguage,
): Promise<StepOutcome<'enrol'>> {
  const standing = await readEnrolmentContext(ports, flow, resource);
  if (!standing) return DENIED;
  const { user, tokens } = standing;
  const { making } = flow.enrolling;
  if (!making) return { refusal: refusal('STEP_NOT_EXPECTED') };
  // An earlier attempt failed after the deciding commit.
  if (user.enrolled?.includes(making.token)) {
    const done = tokens.find(({ id }) => id === making.token);
    return done ? completeOrShowCodes(user, flow, addProof(flow.enrolling, done)) : DENIED;
  }
  const kinds = await currentKinds(ports, flow, resource, user);
  if (!kinds?.includes(making.kind)) return DENIED;
  const names = { language, taken: namesOf(await ownedTokens(ports, user)) };
  const own = { act: userContext(flow, client), flow, making, user, names };
  const made = await createEnrolledToken(ports, own, proof, resource.failedAttemptsBeforeLock);
  if (isRefusal(made)) {
    // A kind renews a draft of its own shape.
    const renewed = KIND_ACTIONS[making.kind].enrol?.renew?.(ports, making) as Draft | undefined;
    return { refusal: withAudit(made, { about: user.id }), again: (held) => renewDraft(held, renewed) };
  }
  notifyUser(ports, made.user, isWebauthn(made.token) ? 'passkey-added' : 'token-added', {
    client,
    language,
    brand: mailBrand(resource),
    tokenName: made.token.name,
  });
  return completeOrShowCodes(user, flow, addProof(flow.enrolling, made.token));
}

function addProof({ passed: before, making }: PendingEnrolment, token: Token): PendingEnrolment['passed'] {
  return making ? addFirstProof(before, making, KIND_ACTIONS[making.kind].enrol?.shownPasskey?.(token)) : before;
}

/** Shows the new recovery codes first, if there are any. */
function completeOrShowCodes(
  user: User,
  flow: FlowAt<'enrol'>,
  shown: PendingEnrolment['passed'],
): StepOutcome<'enrol'> {
  return flow.enrolling.recovery === undefined
    ? completeEnrolment(user, flow, shown)
    : { move: (held) => showRecoveryCodes(held, shown) };
}

/** Continues without a token if that is still allowed: read the policy again, because its deadline may have passed. */
export const postponeEnrolment: Step<'enrol', object> = {
  at: ['enrol'],
  leadsTo: ['done', 'self'],
  async handle(ports, { flow, resource }) {
    const standing = await readEnrolmentContext(ports, flow, resource);
    if (!standing) return DENIED;
    const { user, tokens } = standing;
    const { basis, passed } = flow.enrolling;
    if (basis === 'password' && !isPasswordEnough(user, tokens, resource, ports.clock.now())) return DENIED;
    const { decision } = await assessEnrolment(ports, questionOf(flow, resource, user));
    // An enrolment that is no longer offered is no longer required.
    if (decision.kind === 'demand') return { move: requireEnrolment };
    // A mailed link or a replacement leads to a token first; the site asked for a second factor.
    if (basis === 'link' || basis === 'site-password' || basis === 'replacement') return DENIED;
    return { finish: { user, ...passed } };
  },
};

/** The user confirms that they have saved their recovery codes. */
export const confirmCodes: Step<'codes', object> = {
  at: ['codes'],
  leadsTo: ['done', 'self'],
  async handle(ports, { flow, resource }) {
    const standing = await readEnrolmentContext(ports, flow, resource);
    return standing ? completeEnrolment(standing.user, flow, flow.enrolling.passed) : DENIED;
  },
};

function completeEnrolment(user: User, flow: Flow, shown: PendingEnrolment['passed']): StepOutcome {
  if (flow.enrolmentLink !== undefined) return { move: completeLinkedEnrolment };
  return { finish: { user, ...shown } };
}

/** The user may have been assigned a token meanwhile: then the password alone is not enough. */
function isPasswordEnough(user: User, tokens: readonly Token[], resource: Resource, now: number): boolean {
  const states = factorStates(tokens, acceptedKindsFrom(user, resource), now);
  const factors = denyKnownPassword(decideFactors(widgetMethod(resource.methodPolicy, states), states), user);
  return factors.kind === 'factors' && !factors.otp;
}
