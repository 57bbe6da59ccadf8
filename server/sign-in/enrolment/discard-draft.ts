import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { deleteDraft } from '../../tokens/delete-draft.ts';
import { actionsOf } from '../../tokens/kinds/actions.ts';
import type { User } from '../../users/user.ts';

/** Deletes a token whose enrolment was not completed. */
export async function discardDraft(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  id: TokenId,
  owner: Pick<User, 'id'>,
): Promise<void> {
  const dropped = await deleteDraft(ports, act, id, owner);
  if (dropped) await actionsOf(dropped).afterDeletion?.(ports, dropped);
}
