import type { CodeChannelSender } from '../../kernel/ports/code-sender.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { exchange, type HttpSenderOptions } from '../../messages/senders/outgoing.ts';
import { composeText } from '../../messages/sms/compose-text.ts';
import { gatewayRequest, isAcceptedResponse, type SmsGateway } from '../../messages/sms/gateway.ts';

interface HttpSmsOptions extends HttpSenderOptions {
  gateway: SmsGateway;
  /** Values of the operator's own placeholders. */
  settings: Readonly<Record<string, string>>;
  secret: string;
}

/** Sends text messages through an HTTP gateway. */
export function createHttpSms(options: HttpSmsOptions): CodeChannelSender {
  const { gateway, settings, secret, issuer, timeoutMs } = options;
  return {
    async send(message) {
      const { id, to, code } = message;
      const text = composeText(message, issuer);
      const values = { id, to, digits: to.slice(1), code, text };
      const answer = await exchange(gatewayRequest(gateway, { ...settings, secret }, values), timeoutMs);
      // The rest of the response may quote number and code.
      if (!isAcceptedResponse(gateway, answer))
        throw new MailerUnavailable(`the gateway answered ${answer.status} and did not accept the message`);
    },
  };
}
