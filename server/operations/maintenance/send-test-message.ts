import { CODE_CHANNELS, type CodeChannel } from '../../kernel/code-channel.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { newOperation } from '../../store/transact.ts';
import { CODE_LIFETIME_MS, isAddressFor } from '../../tokens/kinds/sent/out-of-band-code.ts';

/** Sends a code to the operator, to check that delivery works. It looks like any other and is valid for nothing. */
export async function sendTestCode(
  ports: Pick<Ports, 'clock' | 'random' | 'codes'>,
  to: string,
  language: MailLanguage,
): Promise<Result<{ channel: CodeChannel; to: string }>> {
  const channel = CODE_CHANNELS.find((one) => isAddressFor(one, to));
  if (!channel) return refusal('INPUT_INVALID', { detail: 'to: an international number, or an email address' });
  if (!ports.codes.channels.includes(channel)) {
    return refusal(channel === 'email' ? 'MAIL_NOT_CONFIGURED' : 'SMS_NOT_CONFIGURED');
  }
  try {
    await ports.codes.send({
      id: newOperation(ports),
      channel,
      to,
      language,
      code: '123456',
      site: 'Countersign test',
      expiresAt: ports.clock.now() + CODE_LIFETIME_MS,
      lifetimeMs: CODE_LIFETIME_MS,
    });
  } catch (error) {
    if (!(error instanceof MailerUnavailable)) throw error;
    return refusal('CODE_NOT_SENT', { detail: error.message });
  }
  return { channel, to };
}
