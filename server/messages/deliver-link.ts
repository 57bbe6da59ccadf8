import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Actor } from '../kernel/actor.ts';
import { actsWithin, isHelpDesk, mayHandOver } from '../kernel/policy.ts';
import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { type Decision, transact } from '../store/transact.ts';
import type { DeliveredLink, LinkDelivery } from './delivered-link.ts';

/** Why a link may not get to a user with this address, or without one; undefined if it may. */
export function refuseDelivery(
  { courier }: Pick<Ports, 'courier'>,
  actor: Actor,
  delivery: LinkDelivery,
  email: string | undefined,
): Refusal | undefined {
  if (delivery === 'hand-over') {
    return mayHandOver(actor, !courier.isAbsent && email !== undefined) ? undefined : refusal('LINK_BY_MAIL_ONLY');
  }
  if (courier.isAbsent) return refusal('MAIL_NOT_CONFIGURED');
  return email === undefined ? refusal('EMAIL_MISSING') : undefined;
}

/** The help desk takes no link that opens an account by itself, or together with another one that it may take. */
export function refuseHelpDesk(actor: Actor, delivery: LinkDelivery, opensAccount: boolean): Refusal | undefined {
  const isTaken = delivery === 'hand-over' && isHelpDesk(actor);
  return isTaken && opensAccount ? refusal('LINK_BEYOND_HELP_DESK') : undefined;
}

/** What voids a link that this actor hands over, besides its end. */
export function boundsOf(actor: Actor): Pick<DeliveredLink, 'by' | 'byHelpDesk' | 'within'> {
  const within = actsWithin(actor);
  return omitUndefined({
    by: actor.kind === 'administrator' ? actor.id : undefined,
    byHelpDesk: isHelpDesk(actor) ? (true as const) : undefined,
    within: within && [...within],
  });
}

/** Records that a mail server accepted the link, so that it is not mailed twice. */
export function recordMailed<L extends DeliveredLink>(
  ports: WritePorts,
  key: DocumentKey<L>,
  secretHash: string,
): Promise<void> {
  return transact(ports, key.anchor, [key], ([stored], now): Decision<void> => {
    if (stored?.value.secretHash !== secretHash) return { answer: undefined };
    const value: L = { ...stored.value, mailedAt: now };
    return { answer: undefined, write: { put: [{ key, value, expiresAt: value.expiresAt }] } };
  });
}
