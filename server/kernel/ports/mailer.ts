import { CodedError } from '@countersign/protocol/coded-error';
import type { ComposedMail, Mail, MailFailure, MailKind } from '../mail.ts';

/** Sends one message to one recipient. A template renders it; the caller passes only the facts. */
export interface Mailer {
  /** True if no mail can be sent, so the caller must use another way. */
  readonly isAbsent?: true;
  /**
   * Resolves when a server has accepted the message; delivery is not guaranteed.
   *
   * @throws MailerUnavailable if none did: the notice must then not count as given (SR-3)
   */
  send(message: Mail): Promise<void>;
}

export class MailerUnavailable extends CodedError {
  readonly code = 'MAILER_UNAVAILABLE';
  readonly failure: MailFailure;

  constructor(message: string, options: ErrorOptions & { failure?: MailFailure } = {}) {
    super(message, options);
    this.failure = options.failure ?? 'unreachable';
  }
}

/** A message in the demo's mailbox: a mail or a text message. */
export type MailboxMessage = (
  | ({ channel: 'email'; kind: MailKind } & ComposedMail)
  | { channel: 'sms'; text: string }
) & {
  to: string;
  at: number;
};

export interface Mailbox {
  /** Newest first. */
  read(): readonly MailboxMessage[];
}
