import type { WebhookSender } from '../../kernel/ports/webhook-sender.ts';

interface CallBounds {
  /** Of this process at once, so that slow receivers exhaust neither its sockets nor its memory. */
  total: number;
  /** Of one resource at once, so that its slow receiver takes nothing from the others. */
  perResource: number;
}

/** With answers in 100 ms these are 640 sign-ins a second of one resource, and 32 with none in two seconds. */
const DEFAULT_BOUNDS: CallBounds = { total: 256, perResource: 64 };

/**
 * Calls beyond the bounds fail at once: a queue would add its wait to a time that is short already. An account gets no
 * more than it leaves, so that one with many resources leaves half to the others, and two of them a quarter.
 */
export function boundCalls(
  ask: WebhookSender['ask'],
  { total, perResource }: CallBounds = DEFAULT_BOUNDS,
): WebhookSender['ask'] {
  /** By the id of the account or resource, which differ. */
  const running = new Map<string, number>();
  let all = 0;
  const count = (id: string) => running.get(id) ?? 0;
  const add = (id: string, calls: 1 | -1) => {
    const left = count(id) + calls;
    if (left > 0) running.set(id, left);
    else running.delete(id);
  };
  return async (request, limits) => {
    const { account, resource } = limits.asker;
    if (count(resource) >= perResource || count(account) >= total - all) {
      return { kind: 'failed', failure: 'too-many-calls' };
    }
    all += 1;
    for (const id of [account, resource]) add(id, 1);
    try {
      return await ask(request, limits);
    } finally {
      all -= 1;
      for (const id of [account, resource]) add(id, -1);
    }
  };
}
