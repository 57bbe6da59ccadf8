import type { Mail, MailFacts, MailKind } from '../domain/mail/mail.ts';
import type { Courier } from '../ports/courier.ts';

/** Keeps what would have been sent. */
export class FakeCourier implements Courier {
  readonly sent: Mail[] = [];
  /** Thrown instead of sending. */
  fault: Error | undefined;

  async send(message: Mail): Promise<void> {
    if (this.fault) throw this.fault;
    this.sent.push(message);
  }

  /** The facts of the last mail of a kind to somebody. */
  last<K extends MailKind>(kind: K, to: string): MailFacts[K] {
    const mail = this.sent.findLast((one) => one.kind === kind && one.to === to);
    if (!mail) throw new Error(`no ${kind} was sent to ${to}`);
    return mail.facts as MailFacts[K];
  }
}
