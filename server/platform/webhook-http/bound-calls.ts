import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import type { WebhookSender } from '../../kernel/ports/webhook-sender.ts';

interface CallBounds {
  /** Of this process at once, so that slow receivers exhaust neither its sockets nor its memory. */
  total: number;
  /** Of one resource at once, so that its slow receiver takes nothing from the others. */
  perResource: number;
  /** Of one user at once, so that who is denied cannot use up the calls of a resource. */
  perUser: number;
}

/** With answers in 100 ms these are 640 sign-ins a second of one resource, and 32 with none in two seconds. */
const DEFAULT_BOUNDS: CallBounds = { total: 256, perResource: 64, perUser: 4 };

/**
 * Refuses calls beyond the bounds at once: a queue would add its wait to a time that is short already. It throws, so that
 * no rule for receivers that fail applies to them (SR-76). An account gets no more than it leaves, so that one with many
 * resources leaves half to the others, and two of them a quarter.
 */
export function boundCalls(
  ask: WebhookSender['ask'],
  { total, perResource, perUser }: CallBounds = DEFAULT_BOUNDS,
): WebhookSender['ask'] {
  /** By the id of the account, resource or user, which differ. */
  const running = new Map<string | undefined, number>();
  let all = 0;
  const count = (id: string | undefined) => running.get(id) ?? 0;
  const add = (id: string | undefined, calls: 1 | -1) => {
    const left = count(id) + calls;
    if (left > 0) running.set(id, left);
    else running.delete(id);
  };
  return async (request, limits) => {
    const { account, resource, user } = limits.asker;
    const bounds = [
      { id: account, most: total - all },
      { id: resource, most: perResource },
      { id: user, most: perUser },
    ].filter(({ id }) => id !== undefined);
    // One of those that run has ended by then.
    if (bounds.some(({ id, most }) => count(id) >= most)) throw new Overloaded(limits.timeoutMs);
    all += 1;
    for (const { id } of bounds) add(id, 1);
    try {
      return await ask(request, limits);
    } finally {
      all -= 1;
      for (const { id } of bounds) add(id, -1);
    }
  };
}
