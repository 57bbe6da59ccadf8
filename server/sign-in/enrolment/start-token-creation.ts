import type { EnrolmentKind } from '@countersign/protocol/tokens';
import { idFromBytes } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Draft, KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
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
