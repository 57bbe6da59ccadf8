import type { SendOutcome } from '../send-outcome.ts';

export interface WebhookRequest {
  /** As {@link WebhookSender.read} normalised it. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface AskLimits {
  /** For the whole exchange: the name, the connection, the answer. */
  timeoutMs: number;
  bodyBytes: number;
  /** For whom the call is made: the calls of one user, of one resource, of one account and of all are bounded. */
  asker: { account: string; resource: string; user?: string };
}

export type AskOutcome =
  | { kind: 'answered'; status: number; type: string | undefined; body: Uint8Array }
  | Extract<SendOutcome, { kind: 'failed' }>;

/** Sends messages to addresses that customers configure, and never to one that only this machine can reach (SR-31). */
export interface WebhookSender {
  /** The normalised URL, or its problem. Makes no query: the host is resolved when sending. */
  read(url: string): { url: string } | { problem: string };

  /** One try, within a bounded time. Never throws. The response body is not returned. */
  send(request: WebhookRequest, signal?: AbortSignal): Promise<SendOutcome>;

  /**
   * One try whose answer is read to its end. A longer body is a failure, not a part of it.
   *
   * @throws Overloaded if the call was not made because this service is at its limits: that is no failure of the receiver
   */
  ask(request: WebhookRequest, limits: AskLimits): Promise<AskOutcome>;
}
