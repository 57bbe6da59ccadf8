import type { WebhookSender } from '../../kernel/ports/webhook-sender.ts';

/**
 * For the demo: accepts what is sent to a host below `.example`, which no real one is (RFC 2606). Everything else goes
 * out as usual.
 */
export function createDemoWebhookSender(sender: WebhookSender): WebhookSender {
  return {
    read: (url) => sender.read(url),
    send: async (request, signal) =>
      new URL(request.url).hostname.endsWith('.example')
        ? { kind: 'answered', status: 204 }
        : sender.send(request, signal),
  };
}
