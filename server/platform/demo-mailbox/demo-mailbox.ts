import type { ComposedMail, Mail } from '../../kernel/mail.ts';
import type { Clock } from '../../kernel/ports/clock.ts';
import type { CodeChannelSender, CodeMessage } from '../../kernel/ports/code-sender.ts';
import type { Mailbox, MailboxMessage, Mailer } from '../../kernel/ports/mailer.ts';
import { mailedCodes } from '../../messages/senders/mailed-codes.ts';
import { composeText } from '../../messages/sms/compose-text.ts';

/** For the demo: holds the last messages in memory instead of sending them. */
export function createDemoMailbox(options: {
  url: string;
  compose: (mail: Mail) => ComposedMail;
  clock: Clock;
  most?: number;
}): Mailer & CodeChannelSender & Mailbox {
  const { url, compose, clock, most = 50 } = options;
  const kept: MailboxMessage[] = [];
  const keep = (message: MailboxMessage) => {
    kept.unshift(message);
    kept.length = Math.min(kept.length, most);
  };
  const sendMail = async (mail: Mail) =>
    keep({ channel: 'email', ...compose(mail), to: mail.to, kind: mail.kind, at: clock.now() });
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
