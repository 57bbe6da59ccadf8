import { CODE_CHANNELS, type CodeChannel, type CodeLimits } from '../../kernel/code-channel.ts';
import type { CodeChannelSender, CodeMessage, CodeSender } from '../../kernel/ports/code-sender.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { withDeadline } from '../../kernel/with-deadline.ts';

interface ChannelSenderOptions {
  /** Codes of a channel without a sender are not sent. */
  carriers: Partial<Record<CodeChannel, CodeChannelSender>>;
  limits: CodeLimits;
  /** Receives why a code was not sent; never the code or the full address. */
  warn(facts: { channel: CodeChannel; reason: string }): void;
  /** Concurrent sends per channel. Default 32. */
  most?: number;
  /** Deadline of one send. Default 15 s: a step of a sign-in is claimed for 30 s. */
  deadlineMs?: number;
}

/**
 * Sends each code over its channel. A slow gateway delays a bounded number of sign-ins; the others are refused at once,
 * so that it fills neither memory nor connections.
 */
export function createChannelSender(options: ChannelSenderOptions): CodeSender {
  const { carriers, limits, warn, most = 32, deadlineMs = 15_000 } = options;
  const underWay = { sms: 0, email: 0 };

  async function carry(message: CodeMessage): Promise<void> {
    const carrier = carriers[message.channel];
    if (!carrier) throw new MailerUnavailable('nothing is configured that sends these');
    if (underWay[message.channel] >= most) throw new MailerUnavailable('too many are being sent already');
    underWay[message.channel]++;
    // The permit is held until the sender is done, though the caller has its result by then.
    const sending = carrier.send(message).finally(() => {
      underWay[message.channel]--;
    });
    await withDeadline(sending, deadlineMs, () => new MailerUnavailable('it took too long'));
  }

  return {
    limits,
    channels: CODE_CHANNELS.filter((channel) => carriers[channel] !== undefined),
    async send(message) {
      try {
        await carry(message);
      } catch (error) {
        // An unexpected error of a sender must neither skip a factor nor crash.
        const failure = error instanceof MailerUnavailable ? error : new MailerUnavailable('failed', { cause: error });
        warn({ channel: message.channel, reason: reasonOf(failure) });
        throw failure;
      }
    },
  };
}

function reasonOf(failure: MailerUnavailable): string {
  const { cause } = failure;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code).slice(0, 40)})` : '';
  return `${failure.message}${code}`;
}
