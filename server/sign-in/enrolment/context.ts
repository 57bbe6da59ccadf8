import type { EnrolmentKind } from '@countersign/protocol/tokens';
import { assessEnrolment, type EnrolmentQuestion } from '../../authentication/assess-enrolment.ts';
import { isFirstFactorCurrent } from '../../authentication/first-factor.ts';
import { acceptedKindsFrom } from '../../authentication/second-factor.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { Resource } from '../../resources/resource.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import type { Token } from '../../tokens/token.ts';
import { isUsable } from '../../tokens/usable-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import { locateUser } from '../../users/find-user.ts';
import type { User } from '../../users/user.ts';
import type { FlowAt } from '../flow.ts';
import { lacksPassword } from './enrolment-link.ts';
import { wantsEnrolment } from './offer-enrolment.ts';

/** The user at a step of an enrolment, read for this step. */
export interface EnrolmentContext {
  user: User;
  /** The tokens that the user is assigned to the resource with. */
  tokens: Token[];
}

/** Undefined once the factors shown before the enrolment are no longer valid (SR-4, SR-38, SR-39). */
export async function readEnrolmentContext(
  ports: Pick<Ports, 'store' | 'clock'>,
  flow: FlowAt<'enrol' | 'codes'>,
  resource: Resource,
): Promise<EnrolmentContext | undefined> {
  const known = await locateUser(ports, flow.account, flow.user);
  if (!known) return undefined;
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  if (!user || !isFirstFactorCurrent(flow, resource, user) || lacksPassword(flow, user)) return undefined;
  if (flow.enrolling.credentialEpoch !== epochOf(user)) return undefined;
  if (!isAssigned(assignmentTo(user, resource.id), tokens)) return undefined;
  const values = tokens.map(({ value }) => value);
  // A lost token adds no other after it was deactivated, locked or taken away (SR-69).
  const { passed, making } = flow.enrolling;
  const shown = passed.token === making?.token ? undefined : passed.token;
  const accepts = acceptedKindsFrom(user, resource);
  const isShownUsable = values.some((token) => token.id === shown && isUsable(token, accepts, ports.clock.now()));
  return shown === undefined || isShownUsable ? { user, tokens: values } : undefined;
}

/** Decided at each step, because the policy and the user's tokens may have changed. */
export function questionOf(flow: FlowAt<'enrol'>, resource: Resource, user: User): EnrolmentQuestion {
  return { user, resource, basis: flow.enrolling.basis, isAsked: wantsEnrolment(flow) };
}

/** The kinds that the user may set up now; undefined if none are allowed any more. */
export async function currentKinds(
  ports: Pick<Ports, 'store' | 'clock' | 'codes'>,
  flow: FlowAt<'enrol'>,
  resource: Resource,
  user: User,
): Promise<readonly EnrolmentKind[] | undefined> {
  const { decision } = await assessEnrolment(ports, questionOf(flow, resource, user));
  return decision.kind === 'none' ? undefined : decision.kinds;
}
