import type { WebhookSender } from '../../kernel/ports/webhook-sender.ts';

/**
 * For the demo: accepts what is sent to a host below `.example`, which no real one is (RFC 2606). Everything else goes
 * out as usual.
 */
export function createDemoWebhookSender(sender: WebhookSender): WebhookSender {
  return {
    read: (url) => sender.read(url),
    send: async (request, signal) =>
      isFictional(request.url) ? { kind: 'answered', status: 204 } : sender.send(request, signal),
    ask: async (request, limits) =>
      isFictional(request.url)
        ? { kind: 'answered', status: 200, type: 'application/json', body: Buffer.from('{"allow":true}') }
        : sender.ask(request, limits),
  };
}

function isFictional(url: string): boolean {
  return new URL(url).hostname.endsWith('.example');
}
