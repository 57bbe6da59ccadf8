import { composeMail } from '../../domain/mail/compose.ts';
import type { Mail } from '../../domain/mail/mail.ts';
import { composeText } from '../../domain/text/compose-text.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CodeCarrier, CodeMessage } from '../../ports/code-courier.ts';
import type { Courier, KeptMessage, Mailbox } from '../../ports/courier.ts';
import { mailedCodes } from '../code-courier/mailed-codes.ts';

/** For the demo: keeps the last messages in memory instead of sending them. */
export function createDemoMailbox(options: {
  url: string;
  clock: Clock;
  most?: number;
}): Courier & CodeCarrier & Mailbox {
  const { url, clock, most = 50 } = options;
  const kept: KeptMessage[] = [];
  const keep = (message: KeptMessage) => {
    kept.unshift(message);
    kept.length = Math.min(kept.length, most);
  };
  const sendMail = async (mail: Mail) =>
    keep({ channel: 'email', ...composeMail(mail, url), to: mail.to, kind: mail.kind, at: clock.now() });
  const byMail = mailedCodes({ send: sendMail });
  return {
    async send(message: Mail | CodeMessage) {
      if ('kind' in message) return sendMail(message);
      if (message.channel === 'email') return byMail.send(message);
      keep({ channel: 'sms', text: composeText(message, url), to: message.to, at: clock.now() });
    },
    read: () => kept,
  };
}
