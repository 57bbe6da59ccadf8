import type { AccountEvent } from '../kernel/event.ts';
import type { WebhookId } from '../kernel/ids.ts';
import type { WebhookPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { SendOutcome } from '../kernel/send-outcome.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { newOperation } from '../store/transact.ts';
import { signedHeaders } from './attempt-delivery.ts';
import { deliveryBody } from './delivery.ts';
import { editBook, readWebhook } from './edit-webhook.ts';
import { TEST_EVENT } from './webhook.ts';

const TESTS_PER_MINUTE = 10;

/**
 * Sends one test event now, also to a disabled webhook, and returns the outcome. It reveals nothing of the response
 * body, which would let an administrator read what the URL points to (SR-31).
 */
export async function testWebhook(
  ports: WebhookPorts,
  act: RequestContext,
  id: WebhookId,
): Promise<Result<{ id: string; outcome: SendOutcome; tookMs: number }>> {
  const found = await readWebhook(ports, act, id);
  if (isRefusal(found)) return found;
  const started = ports.clock.now();
  const turn = await ports.store.increment(`webhook-test/${id}`, MINUTE_MS, TESTS_PER_MINUTE, started);
  if (!turn.allowed) return refusal('RATE_LIMITED', { retryAfterMs: turn.resetAt - started });

  const event = createEvent(act, { type: TEST_EVENT, subject: id }, started) as unknown as AccountEvent;
  const body = deliveryBody(event);
  const message = `test_${newOperation(ports)}`;
  const headers = signedHeaders(ports, found.webhook, message, body);
  const outcome = await ports.webhookSender.send({ url: found.webhook.url, headers, body });

  const recorded = await editBook<{ told: true }>(ports, act, (book) => ({
    answer: { told: true },
    book,
    event: { type: TEST_EVENT, subject: id },
  }));
  return isRefusal(recorded) ? recorded : { id: message, outcome, tookMs: ports.clock.now() - started };
}
