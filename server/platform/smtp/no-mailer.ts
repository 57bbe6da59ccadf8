import { type Mailer, MailerUnavailable } from '../../kernel/ports/mailer.ts';

/** Where no mail server is configured: whatever needs a message does not happen. */
export const noCourier: Mailer = {
  isAbsent: true,
  async send() {
    throw new MailerUnavailable('no mail server is configured (COUNTERSIGN_SMTP_URL)');
  },
};
