import type { MailFailure } from '../kernel/mail.ts';

export const MAIL_FAILURE_TEXTS: Readonly<Record<MailFailure, string>> = {
  unreachable: 'the mail server cannot be reached: check host and port in COUNTERSIGN_SMTP_URL',
  timeout: 'the mail server did not answer in time',
  tls: 'the mail server has no TLS that can be trusted: check the port and the certificate',
  authentication: 'the mail server refused user or password in COUNTERSIGN_SMTP_URL',
  sender: 'the mail server refused the sender: check COUNTERSIGN_MAIL_FROM',
  recipient: 'the mail server refused the address of the recipient',
  refused: 'the mail server did not accept the message: its answer is in the log',
};
