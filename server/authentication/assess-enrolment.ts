import { ENROLMENT_KINDS, type EnrolmentKind } from '@countersign/protocol/tokens';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Resource } from '../resources/resource.ts';
import { assignedTokens } from '../tokens/assignments.ts';
import { KIND_ACTIONS } from '../tokens/kinds/actions.ts';
import type { EnrolmentBasis } from '../tokens/kinds/kind-enrolment.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import { ownedTokens } from '../tokens/owned-tokens.ts';
import type { Token } from '../tokens/token.ts';
import { hadToken } from '../tokens/token-history.ts';
import { assignmentTo } from '../users/assignments.ts';
import { restsOnMailboxAlone } from '../users/mailbox.ts';
import type { User } from '../users/user.ts';
import { decideEnrolment, type EnrolmentDecision } from './decide-enrolment.ts';
import { replacementPermittedUntil } from './lost-device.ts';
import { acceptedKindsFrom } from './second-factor.ts';

export interface EnrolmentQuestion {
  user: User;
  resource: Resource;
  basis: EnrolmentBasis;
  /** The page asks for it. */
  isAsked: boolean;
}

/** Whether the user may set up a token now, and the tokens that they own. A sign-in and the explanation of one ask here. */
export async function assessEnrolment(
  ports: Parameters<typeof ownedTokens>[0] & Pick<Ports, 'codes'>,
  { user, resource, basis, isAsked }: EnrolmentQuestion,
): Promise<{ decision: EnrolmentDecision; owned: Token[] }> {
  const owned = await ownedTokens(ports, user);
  const { enrolment: policy, methodPolicy } = resource;
  const accepts = acceptedKindsFrom(user, resource);
  const available = availableKinds(ports, user, owned, basis);
  const facts = {
    policy,
    methodPolicy,
    accepts,
    available,
    basis,
    isAsked,
    hadToken: hadToken(user, owned),
    isReplacementPermitted: replacementPermittedUntil(user, resource.id, owned, ports.clock.now()) !== undefined,
    isPairedHere: isPairedWith(user, resource.id, owned),
    isMailboxAlone: restsOnMailboxAlone(user),
  };
  return { decision: decideEnrolment(facts, ports.clock.now()), owned };
}

/**
 * The kinds that a user could set up now, on any resource.
 *
 * @param owned every token of the user
 * @param basis the factors that they have shown for it
 */
export function availableKinds(
  { codes }: Pick<Ports, 'codes'>,
  user: User,
  owned: readonly Token[],
  basis: EnrolmentBasis,
): readonly EnrolmentKind[] {
  const state = { user, owned, basis, channels: codes.channels };
  return ENROLMENT_KINDS.filter((kind) => KIND_ACTIONS[kind].enrol?.isAvailable(kind, state));
}

/** Whether they are assigned to the resource with one of these tokens and still own it; recovery codes do not count. */
function isPairedWith(
  user: Pick<User, 'id' | 'assignments'>,
  resource: Resource['id'],
  owned: readonly Token[],
): boolean {
  const assignment = assignmentTo(user, resource);
  const tokens = new Map(owned.map((token) => [token.id, token] as const));
  return (
    assignment !== undefined &&
    assignedTokens(assignment, tokens, user.id).some((token) => !rulesOf(token).isSubstitute)
  );
}
