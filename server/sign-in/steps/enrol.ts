import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { isRefusal, refusal, withAudit } from '../../kernel/result.ts';
import { notifyUser } from '../../messages/notify.ts';
import { type Draft, KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
import type { FirstProof } from '../../tokens/kinds/kind-enrolment.ts';
import { namesOf } from '../../tokens/own-token-name.ts';
import { ownedTokens } from '../../tokens/owned-tokens.ts';
import { isWebauthn, type Token } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';
import { currentKinds, readEnrolmentContext } from '../enrolment/context.ts';
import { createEnrolledToken } from '../enrolment/create-token.ts';
import { addFirstProof, renewDraft, showRecoveryCodes } from '../enrolment/enrolment-transitions.ts';
import type { PendingEnrolment } from '../enrolment/pending-enrolment.ts';
import type { FlowAt } from '../flow.ts';
import { userContext } from '../flow-events.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';
import { completeEnrolment } from './codes.ts';

const DENIED = { refusal: refusal('ACCESS_DENIED') } as const;

/**
 * The first code of a new token, from an app or sent, or the passkey that the user's device made for this sign-in, whose
 * challenge is void after one response. Until it is right the token has no effect; then it counts as the second factor
 * of this sign-in, because it proves that the user has the device.
 */
export async function proveToken(
  ports: StepPorts,
  { flow, resource, client }: StepContext<'enrol'>,
  { language, ...proof }: FirstProof & { language: MailLanguage },
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
