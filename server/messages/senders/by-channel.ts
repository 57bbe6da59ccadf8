import { CODE_CHANNELS, type CodeChannel, type CodeLimits } from '../../kernel/code-channel.ts';
import type { CodeChannelSender, CodeMessage, CodeSender } from '../../kernel/ports/code-sender.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';

export interface ByChannelOptions {
  /** Whoever is missing: codes of that channel are not sent. */
  carriers: Partial<Record<CodeChannel, CodeChannelSender>>;
  limits: CodeLimits;
  /** Told why a code was not sent; never the code, nor the whole address. */
  warn(facts: { channel: CodeChannel; reason: string }): void;
  /** At once, for each channel. Default 32. */
  most?: number;
  /** For one sending, whatever its carrier does. Default 15 s: a step of a sign-in is held for 30. */
  deadlineMs?: number;
}

/**
 * Sends each code over its channel. A gateway that has become slow keeps so many sign-ins waiting and no more; the others
 * are refused at once, so that it fills neither memory nor connections.
 */
export function createCodeCourier(options: ByChannelOptions): CodeSender {
  const { carriers, limits, warn, most = 32, deadlineMs = 15_000 } = options;
  const underWay = { sms: 0, email: 0 };

  async function carry(message: CodeMessage): Promise<void> {
    const carrier = carriers[message.channel];
    if (!carrier) throw new MailerUnavailable('nothing is configured that sends these');
    if (underWay[message.channel] >= most) throw new MailerUnavailable('too many are being sent already');
    underWay[message.channel]++;
    // The place is taken until the carrier is done, though whoever asked has been told by then.
    const sending = carrier.send(message).finally(() => {
      underWay[message.channel]--;
    });
    await within(sending, deadlineMs);
  }

  return {
    limits,
    channels: CODE_CHANNELS.filter((channel) => carriers[channel] !== undefined),
    async send(message) {
      try {
        await carry(message);
      } catch (error) {
        // An answer of a carrier that nobody foresaw is no reason to skip a factor, nor to fall over.
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

function within(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new MailerUnavailable('it took too long')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
