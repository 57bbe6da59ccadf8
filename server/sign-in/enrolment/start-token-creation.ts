import type { EnrolmentKind } from '@countersign/protocol/flow';
import { idFromBytes } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { ENROLMENT_KINDS } from '../../resources/enrolment-policy.ts';
import { type Draft, KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
import type { EnrolmentBasis } from '../../tokens/kinds/kind-enrolment.ts';
import type { Token } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';

/** The data that a kind needs before the user can set it up. Sends nothing, and stores nothing outside the flow. */
export function startTokenCreation(
  ports: Pick<Ports, 'random' | 'secrets'>,
  kind: EnrolmentKind,
  user: User,
): Draft | undefined {
  const token = idFromBytes('tok', ports.random.bytes(7));
  // A kind starts a draft of its own shape.
  return KIND_ACTIONS[kind].enrol?.start(ports, kind, token, user) as Draft | undefined;
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
