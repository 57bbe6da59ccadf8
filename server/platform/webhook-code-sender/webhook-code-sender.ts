import type { Clock } from '../../kernel/ports/clock.ts';
import type { CodeChannelSender } from '../../kernel/ports/code-sender.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { exchange, type HttpSenderOptions } from '../../messages/senders/outgoing.ts';
import { composeText } from '../../messages/sms/compose-text.ts';
import { signatureHeaders } from '../../webhooks/signature.ts';

interface WebhookCodeSenderOptions extends HttpSenderOptions {
  /** `https`, or `http` on loopback. */
  url: string;
  /** 24 to 64 bytes, shared with the receiver. */
  secret: Uint8Array;
  clock: Clock;
}

/**
 * Sends codes to a program of the operator: a chat bot or a gateway of their own. Signed as webhooks are (Standard
 * Webhooks 1.0), so that no other party can make it send. Any 2xx means that it has accepted the message.
 */
export function createWebhookCodeSender(options: WebhookCodeSenderOptions): CodeChannelSender {
  const { url, secret, issuer, clock, timeoutMs } = options;
  return {
    async send(message) {
      const { id, channel, to, language, code, expiresAt } = message;
      const text = composeText(message, issuer);
      const body = JSON.stringify({ id, channel, to, text, language, code, expiresAt });
      const headers = {
        'content-type': 'application/json',
        ...signatureHeaders({ id, at: clock.now(), body }, [secret]),
      };
      const { status } = await exchange({ url, method: 'POST', headers, body }, timeoutMs);
      if (status < 200 || status > 299) throw new MailerUnavailable(`the courier answered ${status}`);
    },
  };
}
