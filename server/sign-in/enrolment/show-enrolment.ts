import type { EnrolView, FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { type Draft, KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
import type { PasskeyNeeds } from '../../tokens/kinds/passkey/new-challenge.ts';
import { newRecoverySet } from '../../tokens/kinds/recovery/verify-recovery.ts';
import type { Flow, FlowAt } from '../flow.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'secrets'> & PasskeyNeeds;

/** The view of an unfinished token, also after the phone reloads the page (SR-23). */
export async function showEnrolment(ports: Needs, flow: FlowAt<'enrol'>): Promise<EnrolView> {
  const { kinds, making, mayWait, until } = flow.enrolling;
  const frame = { kinds, mayWait, ...omitUndefined({ until }), ...(flow.self && { fromSelf: true as const }) };
  if (!making) return frame;
  const [resource] = await ports.store.getMany([resourceDocument.key(flow.resource)], ports.clock.now());
  const { account, user, login } = flow;
  const of = { account, user, login, site: resource?.value.name ?? '' };
  return { ...frame, ...(await KIND_ACTIONS[making.kind].enrol?.show(ports, making, of)) };
}

/** Where its first code was sent. */
export function showSending(draft: Draft | undefined, now: number): FlowView['sent'] {
  return draft && KIND_ACTIONS[draft.kind].enrol?.showSent?.(draft, now);
}

/**
 * The recovery codes created with a token. They are derived from the enrolment, so that its user can see them until
 * they confirm them, and only their MACs are stored.
 */
export function recoveryCodesOf(
  ports: Pick<Ports, 'random' | 'secrets'>,
  { id, account }: Pick<Flow, 'id' | 'account'>,
  recovery: TokenId,
): { codes: string[]; macs: string[] } {
  return newRecoverySet(ports, { account, id: recovery }, `enrolment/${id}`);
}
