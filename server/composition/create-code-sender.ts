import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Config } from '../config/load-config.ts';
import { loadSmsGateway } from '../config/load-sms-gateway.ts';
import type { Logger } from '../http/log.ts';
import type { CodeChannel } from '../kernel/code-channel.ts';
import type { CodeChannelSender, CodeSender } from '../kernel/ports/code-sender.ts';
import type { Mailer } from '../kernel/ports/mailer.ts';
import { createChannelSender } from '../messages/senders/channel-sender.ts';
import { mailedCodes } from '../messages/senders/mailed-codes.ts';
import { createHttpSms } from '../platform/sms-gateway/http-sms.ts';
import { systemClock } from '../platform/system-clock/system-clock.ts';
import { createWebhookCodeSender } from '../platform/webhook-code-sender/webhook-code-sender.ts';

/**
 * Sends email codes through the mail server and SMS codes through the gateway; the operator's own sender takes
 * precedence.
 */
export function createCodeSender(
  config: Pick<Config, 'codes' | 'mail' | 'url'>,
  log: Logger,
  courier: Mailer,
): CodeSender {
  const { limits, courier: own } = config.codes;
  const sms = openGateway(config);
  const mail = config.mail ? mailedCodes(courier) : undefined;
  const carriers: Partial<Record<CodeChannel, CodeChannelSender>> = omitUndefined({ sms, email: mail });
  if (own) {
    const secret = Buffer.from(own.secret.reveal(), 'base64');
    const signed = createWebhookCodeSender({ url: own.url, secret, issuer: config.url, clock: systemClock });
    for (const channel of own.channels) carriers[channel] = signed;
  }
  return createChannelSender({ carriers, limits, warn: (facts) => log.warn(facts, 'a code was not sent') });
}

function openGateway({ codes, url }: Pick<Config, 'codes' | 'url'>): CodeChannelSender | undefined {
  const { sms } = codes;
  if (!sms) return undefined;
  return createHttpSms({
    ...loadSmsGateway(sms.gatewayFile),
    secret: sms.secret?.reveal() ?? '',
    issuer: url,
  });
}
