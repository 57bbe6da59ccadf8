import type { SendOutcome } from '../send-outcome.ts';

export interface WebhookRequest {
  /** As {@link WebhookSender.read} wrote it. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Sends messages to addresses that customers name, and to nothing that only this machine can reach (SR-31). */
export interface WebhookSender {
  /** The URL in its one spelling, or what is wrong with it. Asks nobody: where a name leads is found out at sending. */
  read(url: string): { url: string } | { problem: string };

  /** One try, within a bounded time. Never throws. The answer's body is not for anybody. */
  send(request: WebhookRequest, signal?: AbortSignal): Promise<SendOutcome>;
}
