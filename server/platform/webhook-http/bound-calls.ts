import type { WebhookSender } from '../../kernel/ports/webhook-sender.ts';

interface CallBounds {
  /** Of this process at once, so that slow receivers exhaust neither its sockets nor its memory. */
  total: number;
  /** Of one asker at once, so that its slow receiver takes nothing from the others. */
  perAsker: number;
}

/** With answers in 100 ms these are 640 sign-ins a second of one resource, and 32 with none in two seconds. */
const DEFAULT_BOUNDS: CallBounds = { total: 256, perAsker: 64 };

/** Calls beyond the bounds fail at once: a queue would add its wait to a time that is short already. */
export function boundCalls(
  ask: WebhookSender['ask'],
  { total, perAsker }: CallBounds = DEFAULT_BOUNDS,
): WebhookSender['ask'] {
  const running = new Map<string, number>();
  let all = 0;
  return async (request, limits) => {
    const { asker } = limits;
    const own = running.get(asker) ?? 0;
    if (all >= total || own >= perAsker) return { kind: 'failed', failure: 'too-many-calls' };
    all += 1;
    running.set(asker, own + 1);
    try {
      return await ask(request, limits);
    } finally {
      all -= 1;
      const left = (running.get(asker) ?? 0) - 1;
      if (left > 0) running.set(asker, left);
      else running.delete(asker);
    }
  };
}
