import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { createTransport } from 'nodemailer';
import type { ComposedMail, Mail } from '../../kernel/mail.ts';
import { isEmailShape } from '../../kernel/names.ts';
import { type Mailer, MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { plainLine } from '../../messages/mail/markup.ts';
import { failureCodes, mailFailure } from './mail-failure.ts';

export interface SmtpOptions {
  host: string;
  port: number;
  /**
   * `implicit`: from the first byte. `starttls`: required before anything else. `offered`: only if the server offers it.
   * `none`: for this machine.
   */
  tls: 'implicit' | 'starttls' | 'offered' | 'none';
  user?: string;
  password?: string;
  /** The sender. */
  from: { name: string; address: string };
  compose: (mail: Mail) => ComposedMail;
  /** Per step. Default 10 s. */
  timeoutMs?: number;
  /** PEM of certificate authorities to trust beside the public ones. */
  ca?: string;
  /** The name that its certificate must have. Default: the host. */
  servername?: string;
}

/**
 * Hands messages to a mail server. A message counts as sent when that server has accepted it; anything else is an
 * outage. Addresses are passed apart from the text, and each header value is one plain line, so no value can add a
 * header or a recipient.
 */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const { host, port, tls, user, password, from, timeoutMs = 10_000 } = options;
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    tls: {
      minVersion: 'TLSv1.2',
      ...omitUndefined({ ca: options.ca, servername: options.servername }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // Nothing in a message may make the mail client read files or fetch URLs.
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return {
    async send(mail) {
      if (!isEmailShape(mail.to) || /[<>,;:"()[\]\\]/.test(mail.to)) {
        throw new MailerUnavailable('that is no address a message can be sent to', { failure: 'recipient' });
      }
      const { subject, text, html } = options.compose(mail);
      try {
        await transport.sendMail({
          from: { name: plainLine(from.name), address: from.address },
          to: { name: '', address: mail.to },
          envelope: { from: from.address, to: [mail.to] },
          subject,
          text,
          html,
          // RFC 3834: prevents automatic replies.
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        const failure = mailFailure(error);
        throw new MailerUnavailable(`the mail server did not take the message (${failureCodes(error)})`, { failure });
      }
    },
  };
}
