import { composeText } from '../../domain/text/compose-text.ts';
import { gatewayRequest, type SmsGateway, tookOn } from '../../domain/text/gateway.ts';
import type { CodeCarrier } from '../../ports/code-courier.ts';
import { CourierUnavailable } from '../../ports/courier.ts';
import { exchange } from '../code-courier/outgoing.ts';

export interface HttpSmsOptions {
  gateway: SmsGateway;
  /** What the placeholders of the operator's own stand for. */
  settings: Readonly<Record<string, string>>;
  secret: string;
  /** The public URL of the service. */
  issuer: string;
  timeoutMs?: number;
}

/** Text messages by way of a gateway that is asked over HTTP. */
export function createHttpSms(options: HttpSmsOptions): CodeCarrier {
  const { gateway, settings, secret, issuer, timeoutMs = 10_000 } = options;
  return {
    async send(message) {
      const { id, to, code } = message;
      const text = composeText(message, issuer);
      const values = { id, to, digits: to.slice(1), code, text };
      const answer = await exchange(gatewayRequest(gateway, { ...settings, secret }, values), timeoutMs);
      // What it says beside may quote number and code.
      if (!tookOn(gateway, answer))
        throw new CourierUnavailable(`the gateway answered ${answer.status}, which is no yes`);
    },
  };
}
