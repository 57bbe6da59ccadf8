import type { SendOutcome } from '../send-outcome.ts';

export interface WebhookRequest {
  /** As {@link WebhookSender.read} normalised it. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Sends messages to addresses that customers configure, and never to one that only this machine can reach (SR-31). */
export interface WebhookSender {
  /** The normalised URL, or its problem. Makes no query: the host is resolved when sending. */
  read(url: string): { url: string } | { problem: string };

  /** One try, within a bounded time. Never throws. The response body is not returned. */
  send(request: WebhookRequest, signal?: AbortSignal): Promise<SendOutcome>;
}
