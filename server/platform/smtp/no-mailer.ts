import { type Mailer, MailerUnavailable } from '../../kernel/ports/mailer.ts';

/** Used without a mail server: whatever needs a message fails. */
export const noMailer: Mailer = {
  isAbsent: true,
  async send() {
    throw new MailerUnavailable('no mail server is configured (COUNTERSIGN_SMTP_URL)');
  },
};
