import type { ComposedMail, Mail, MailKind } from '../mail.ts';

/** Carries one message to one person. What it says is made from a template; whoever sends names only the facts. */
export interface Mailer {
  /** No mail is sent here at all, and whoever needs one has to be shown another way. */
  readonly isAbsent?: true;
  /**
   * Resolves when somebody has taken the message on. That it arrives, nobody can promise.
   *
   * @throws MailerUnavailable when nobody did: what was to be announced must then not be taken for announced (SR-3)
   */
  send(message: Mail): Promise<void>;
}

export class MailerUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MailerUnavailable';
  }
}

/** What the demo's mailbox shows: mails, and text messages. */
export type KeptMessage = (({ channel: 'email'; kind: MailKind } & ComposedMail) | { channel: 'sms'; text: string }) & {
  to: string;
  at: number;
};

export interface Mailbox {
  /** Newest first. */
  read(): readonly KeptMessage[];
}
