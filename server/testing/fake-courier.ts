import type { Courier, Message } from '../ports/courier.ts';

/** Keeps what would have been sent. */
export class FakeCourier implements Courier {
  readonly sent: Message[] = [];
  /** Thrown instead of sending. */
  fault: Error | undefined;

  async send(message: Message): Promise<void> {
    if (this.fault) throw this.fault;
    this.sent.push(message);
  }
}
